"""The small script in every page that tells the server about human input, and leaves in time."""

import streamlit as st

# Input anywhere in the page counts, also typing that has not been sent yet. Twenty seconds
# before the limit the field being typed in loses the focus, so that its text reaches the server
# and can be kept as a draft. A page that was asleep asks before it shows anything again.
_SCRIPT = """
const EVERY = 15000, SAVE_BEFORE = 20000;
export default function ({ data }) {
  if (data.leave) { location.replace(data.leave); return; }
  let last = Date.now(), told = 0, timer = null;
  const leave = (why) => location.replace(why === "out" ? "/door/sign-in?why=out" :
    "/door/sign-in?why=idle&next=" + encodeURIComponent(location.pathname + location.search));
  const judge = async (answer) => {
    if (answer.status === 401) leave((await answer.json().catch(() => ({}))).why);
  };
  const tell = () => {
    told = Date.now(); timer = null;
    fetch("/door/activity", { method: "POST" }).then(judge).catch(() => {});
  };
  const seen = () => {
    last = Date.now();
    if (!timer) timer = setTimeout(tell, Math.max(0, told + EVERY - last));
  };
  const ask = () => fetch("/door/watch", { cache: "no-store" }).then(judge).catch(() => {});
  const awake = () => {
    if (document.hidden) return;
    if (Date.now() - last > data.idle) document.documentElement.hidden = true;
    ask().finally(() => { document.documentElement.hidden = false; });
  };
  const tick = setInterval(() => {
    if (Date.now() - last > data.idle - SAVE_BEFORE) document.activeElement?.blur();
    if (Date.now() - last > data.idle) ask();
  }, 5000);
  const inputs = ["keydown", "pointerdown", "wheel", "touchstart"];
  inputs.forEach((name) => addEventListener(name, seen, { capture: true, passive: true }));
  document.addEventListener("visibilitychange", awake);
  return () => {
    clearInterval(tick); clearTimeout(timer);
    inputs.forEach((name) => removeEventListener(name, seen, { capture: true }));
    document.removeEventListener("visibilitychange", awake);
  };
}
"""

_BEACON = st.components.v2.component("foyer_beacon", js=_SCRIPT)


def listen(idle_milliseconds: int) -> None:
    """Report human input to the server from now on."""
    _BEACON(key="beacon", data={"idle": idle_milliseconds, "leave": ""}, height=0)


def leave(address: str) -> None:
    """Send the browser to *address*, a path of ours; the page it shows is gone with it."""
    _BEACON(key="leave", data={"idle": 0, "leave": address}, height=0)
