"""Two hundred texts that would do harm if a page took them for anything but text."""

from itertools import product

OUTSIDE = "https://outside.invalid"
SCRIPTS = (
    "<script>window.harmed=1</script>",
    "<ScRiPt>window.harmed=1</sCrIpT>",
    "<img src=x onerror=window.harmed=1>",
    f"<img src={OUTSIDE}/pixel.png>",
    "<svg onload=window.harmed=1>",
    "<svg><animate onbegin=window.harmed=1 attributeName=x dur=1s>",
    "<body onload=window.harmed=1>",
    "<iframe srcdoc='<script>parent.harmed=1</script>'></iframe>",
    f"<iframe src={OUTSIDE}></iframe>",
    "<details open ontoggle=window.harmed=1>x</details>",
    "<input autofocus onfocus=window.harmed=1>",
    "<video><source onerror=window.harmed=1></video>",
    f"<link rel=stylesheet href={OUTSIDE}/x.css>",
    f"<style>@import '{OUTSIDE}/x.css';</style>",
    f"<style>*{{background:url({OUTSIDE}/b)}}</style>",
    f"<meta http-equiv=refresh content='0;url={OUTSIDE}'>",
    f"<base href={OUTSIDE}/>",
    f"<form action={OUTSIDE}><button autofocus>x</button></form>",
    "<math><mtext><table><mglyph><style><img src=x onerror=window.harmed=1>",
    "<noscript><p title='</noscript><img src=x onerror=window.harmed=1>'>",
    "</textarea><script>window.harmed=1</script>",
    "</style></script><script>window.harmed=1</script>",
    "<template><script>window.harmed=1</script></template>",
    "<object data='javascript:window.harmed=1'></object>",
    f"<embed src={OUTSIDE}/x.swf>",
)
MARKDOWN = (
    f"![x]({OUTSIDE}/x.png)",
    f"![x]({OUTSIDE}/x.png?q=secret 'title')",
    "[click](javascript:window.harmed=1)",
    f"[click]({OUTSIDE})",
    f"<{OUTSIDE}>",
    "[x]: javascript:window.harmed=1\n[x]",
    ":material/home: :red[red] :smile:",
    "$\\def\\x{\\x\\x}\\x$ $$\\frac{1}{0}$$",
    "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 300,
    "# Heading\n***\n> quote\n```js\nwindow.harmed=1\n```",
)
SHAPES = (
    "\u202egnp.exe\u202c", "a\u2066b\u2069\u200bc\u200d\ufeff", "Z̸̢̧͉̗͎̜̘̋͗̃̈́a̴l̵g̶o̷" * 20, "W" * 3000,
    "\u0645\u0631\u062d\u0628\u0627 <b>abc</b> 123", "x" + "\u0301" * 400, "\U000e0041\U000e0042",
    "🏳️‍🌈👩‍👩‍👧‍👦" * 50, "\n" * 200, "\t" * 200,
)  # fmt: skip
TEMPLATES = (
    "{{constructor.constructor('window.harmed=1')()}}", "${window.harmed=1}", "<%= 7*7 %>",
    "#{7*7}", "javascript:window.harmed=1", "data:text/html,<script>window.harmed=1</script>",
    "';window.harmed=1;//", '"onmouseover="window.harmed=1', "\\u003cscript\\u003e", "%3Cscript%3E",
)  # fmt: skip
BASES = (*SCRIPTS, *MARKDOWN, *SHAPES, *TEMPLATES)
DRESSES = ("{}", 'Hi, "{}" please', "'>{}<!--", "]]>{}\n\nThanks")
PAYLOADS = tuple(
    dress.replace("{}", base) for dress, base in product(DRESSES, BASES)
)[:200]  # fmt: skip
