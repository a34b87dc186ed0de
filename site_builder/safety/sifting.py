"""Tell in a regular expression which texts may hold something that the gate would find: all that do, and few others.

A large table has more text than all finders can look at in time. Each cell is held against this first, in SQL, and what
it lets through is looked at as any other text is. It is made to let too much through: where a finder looks behind or
ahead, or counts digits, nothing of that is asked here. The test plants everything that the finders know, and holds that
none of it is sifted out.
"""

import re
from collections.abc import Sequence

from site_builder.safety.personal_data import GRADES, STAFF_WORDS

_GAP = r"[^0-9A-Za-z]{0,12}"
"""What may stand between the parts of a number or code."""
_DOT = r"( ?\. ?|[ _-]?[\[({<] ?(dot|\.) ?[\])}>][ _-]?|[ _-]dot[ _-])"
_ASKING = (
    "applicant|request[eo]r|complainant|enquirer|correspondent|(request|requested|received|submitted|made) (from|by)"
)


def _either(words: Sequence[str]) -> str:
    return "(" + "|".join(re.escape(word) for word in words) + ")"


_PERSONAL = (
    # an address, also in words
    r"(?i:([\[({<] ?(at|@) ?[\])}>][ _-]?|[ _-]at[ _-]) ?[a-z0-9-]+" + _DOT + "[a-z0-9-])",
    # a date of birth
    r"(?i:(^|[^a-z])aged([^a-z]|$)|born|birth|(^|[^a-z])d\.? ?o\.? ?b|d\.?o\.?b)",
    # a number of National Insurance, with its letters or its label, and a postcode
    rf"(?i:([0-9oil]{_GAP}){{6}}[a-d]|([0-9]{_GAP}){{6}})",
    rf"[A-Za-z]([0-9][0-9A-Za-z]?|[oO][0-9A-Za-z]?){_GAP}[0-9O]([A-Z][A-Z]|[a-z][a-z])([^0-9A-Za-z]|$)",
    # a number of a telephone, a card, a patient, an account
    r"[0-9][0-9OIl \t().\-/_\n]{7}",
    r"(?i:(tel|phone|mob|fax|ext)[^0-9]{0,30}[0-9]{3})",
    r"(?i:sort[ -]?code[^0-9]{0,12}[0-9]{2}|(account|acct|a/c)[^0-9]{0,16}[0-9]{8}|gb[0-9]{2})",
    # a number of one of the staff
    rf"(?i:{_either([word.strip() for word in STAFF_WORDS])}[ _-]?(num|no|#|id)[^0-9]{{0,24}}[0-9]{{2}})",
    r"(?i:(collar|shoulder|epaulette)[^0-9]{1,8}[0-9]{3})",
    rf"{_either(GRADES)}\.?[ -]?[0-9]{{3}}",
    # a name after a label, a greeting, a closing or a title
    rf"(?i:{_ASKING})(?i:'s)?(?i: full)?(?i: name)?[\t\"*_:=|, -]{{0,9}}[A-Z]",
    r"[:=][ \t\"*_]*[A-Z]",
    r"(?i:(^|[^0-9a-z])(dear|hi|hello|hey|good morning|good afternoon)[ ,\t]{1,3}[a-z])",
    r"(?i:(regards|sincerely|faithfully|truly|thanks|thank you|cheers|best wishes|signed|yours)[ \t*_]*[,.:;!\n-])",
    r"(Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Rev|MR|MRS)\.? {1,2}[A-Z]",
)
"""For each kind of identifier, in plain characters, a pattern of all texts that may hold one."""
_STRANGE = r"[^ -~]|[@&%<]|^ *[=+\-@]"
"""What is no plain character, stands for another, or begins what a spreadsheet may run."""


def sieve(titles: Sequence[str] = ()) -> str:
    """Give the expression, in the syntax of RE2 that DuckDB has; also for names after a site's own titles."""
    own = [f"(?i:{_either(titles)})"] if titles else []
    return "|".join((_STRANGE, *_PERSONAL, *own))
