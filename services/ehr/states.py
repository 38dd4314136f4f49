"""Names of US states and territories to their two letters (USPS Publication 28, appendix B)."""

NAMES = """
AL Alabama|AK Alaska|AS American Samoa|AZ Arizona|AR Arkansas|CA California|CO Colorado
CT Connecticut|DE Delaware|DC District of Columbia|FL Florida|GA Georgia|GU Guam|HI Hawaii
ID Idaho|IL Illinois|IN Indiana|IA Iowa|KS Kansas|KY Kentucky|LA Louisiana|ME Maine
MH Marshall Islands|MD Maryland|MA Massachusetts|MI Michigan|FM Micronesia|MN Minnesota
MS Mississippi|MO Missouri|MT Montana|NE Nebraska|NV Nevada|NH New Hampshire|NJ New Jersey
NM New Mexico|NY New York|NC North Carolina|ND North Dakota|MP Northern Mariana Islands|OH Ohio
OK Oklahoma|OR Oregon|PW Palau|PA Pennsylvania|PR Puerto Rico|RI Rhode Island|SC South Carolina
SD South Dakota|TN Tennessee|TX Texas|UT Utah|VT Vermont|VI Virgin Islands|VA Virginia
WA Washington|WV West Virginia|WI Wisconsin|WY Wyoming
"""
LETTERS = {
    one[3:].casefold(): one[:2] for line in NAMES.strip().splitlines() for one in line.split("|")
}


def two_letters(state: str) -> str:
    """``MA`` of ``ma`` or ``Massachusetts``; a state that is none of these as it is written."""
    plain = " ".join(state.split())
    known = LETTERS.get(plain.casefold())
    return known or (plain.upper() if len(plain) == 2 else plain)
