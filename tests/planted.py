"""Make identifiers of people who do not exist, disguised and planted in sentences, and sentences that hold none.

Where a range is kept free for fiction, numbers come from it: 07700 900 and 01632 960 (Ofcom), example.org.
"""

import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

FIRST = ("Jane", "Oluwaseun", "Siân", "Mohammed", "Aoife", "Peter", "Xiu", "Zoë", "Ravi", "Agnieszka")
LAST = (
    *(
        "Smith",
        "O'Neill",
        "Okonkwo",
        "Garcia-Jones",
        "Llewellyn",
        "Patel",
        "Müller",
        "MacDonald",
        "Young",
        "Ng",
        "Webb",
    ),
    *("Allen", "Lawson", "Ford", "Casey", "Underwood", "Mayer", "West", "Courtney", "Parker", "Cash", "Dearing"),
)
HOSTS = ("example.org", "example.co.uk", "sandhaven.example", "mail.example.com", "quay-street.example.net")
AREAS = ("SW1A", "M1", "B33", "CR2", "DN55", "EC1A", "W1A", "NE1", "CF10", "EH8")
DIGITS = {ord("0") + n: chr(0xFF10 + n) for n in range(10)}
"""Figures of full width."""


class Planted(NamedTuple):
    """A text with one identifier in it."""

    kind: str
    text: str


def email(r: random.Random) -> str:
    """Make an e-mail address."""
    first, last = r.choice(FIRST[:2] + FIRST[3:7]), r.choice(("smith", "oneill", "patel", "ng"))
    local = r.choice([f"{first}.{last}", f"{first}{r.randrange(99)}", f"{first[0]}_{last}", f"{last}+foi"]).lower()
    address = f"{local}@{r.choice(HOSTS)}"
    disguises: list[Callable[[], str]] = [
        lambda: address,
        address.upper,
        lambda: f"mailto:{address}",
        lambda: f"<{address}>",
        lambda: address.replace("@", " [at] ").replace(".", " [dot] "),
        lambda: address.replace("@", " at ").replace(".", " dot "),
        lambda: address.replace("@", "(at)"),
        lambda: address.replace("@", "&#64;"),
        lambda: address.replace("@", "%40"),
        lambda: address.replace("@", "\uff20"),
        lambda: address.replace("@", "\u200b@\u200b"),
        lambda: address.replace("@", "@\n"),
        lambda: address.replace("@", "\n@"),
        lambda: address.replace("a", "\u0430").replace("e", "\u0435"),
        lambda: address.replace("@", " @ "),
        lambda: address.replace("@", "<b>@</b>"),
        lambda: f"https://example.org/form?to={address}&x=1",
        lambda: address.replace(".", "\u00ad."),
    ]
    return r.choice(disguises)()


def phone(r: random.Random) -> str:
    """Make a telephone number."""
    area, rest = r.choice([("07700", f"900{r.randrange(1000):03d}"), ("01632", f"960{r.randrange(1000):03d}")])
    city = f"79460{r.randrange(1000):03d}"
    plain = area + rest
    disguises = [
        plain,
        f"{area} {rest}",
        f"{area} {rest[:3]} {rest[3:]}",
        f"({area}) {rest}",
        f"{area}-{rest[:3]}-{rest[3:]}",
        f"{area}.{rest[:3]}.{rest[3:]}",
        f"+44 {area[1:]} {rest}",
        f"+44(0){area[1:]}{rest}",
        f"+44 (0) {area[1:]} {rest[:3]} {rest[3:]}",
        f"0044{area[1:]}{rest}",
        f"{area}\u00a0{rest}",
        f"{area}\u2011{rest}",
        plain.translate(DIGITS),
        f"{area}\n{rest}",
        f"{area}\u200b{rest}",
        f"O{area[1:]} {rest}",
        f"tel:{plain}",
        f"020 7946 0{city[-3:]}",
        f"(020) 7946 0{city[-3:]}",
        f"{area}/{rest}",
        f"{area}&nbsp;{rest}",
        f"{plain[:4]} {plain[4:7]} {plain[7:]}",
    ]
    return r.choice(disguises)


def nhs(r: random.Random) -> str:
    """Make an NHS number, its last digit the check digit."""
    check = 10
    nine = ""
    while check == 10:
        nine = f"{r.choice('4679')}{r.randrange(10**8):08d}"
        check = (11 - sum(int(digit) * weight for digit, weight in zip(nine, range(10, 1, -1), strict=True)) % 11) % 11
    number = f"{nine}{check}"
    spaced = f"{number[:3]} {number[3:6]} {number[6:]}"
    disguises = [
        number,
        spaced,
        spaced.replace(" ", "-"),
        spaced.replace(" ", "\u00a0"),
        number.translate(DIGITS),
        f"NHS No: {number}",
        f"NHS number {spaced}",
        f"{number[:3]} {number[3:6]}\n{number[6:]}",
    ]
    return r.choice(disguises)


def insurance(r: random.Random) -> str:
    """Make a National Insurance number."""
    prefix = r.choice(("AB", "CE", "JK", "PR", "TX", "WZ", "SL", "QQ"))
    digits = f"{r.randrange(10**6):06d}"
    suffix = r.choice("ABCD")
    whole = prefix + digits + suffix
    spaced = f"{prefix} {digits[:2]} {digits[2:4]} {digits[4:]} {suffix}"
    disguises = [
        whole,
        spaced,
        whole.lower(),
        spaced.replace(" ", "-"),
        spaced.replace(" ", "\u00a0"),
        f"{prefix}\u200b{digits}{suffix}",
        f"{prefix} {digits} {suffix}",
        f"{prefix} {digits[:2]} {digits[2:4]}\n{digits[4:]} {suffix}",
        whole.translate(DIGITS),
        f"National Insurance number: {prefix}{digits}",
    ]
    return r.choice(disguises)


def postcode(r: random.Random) -> str:
    """Make a postcode."""
    out, inward = r.choice(AREAS), f"{r.randrange(10)}{r.choice('ABDEFGHJLN')}{r.choice('PQRSTUWXYZ')}"
    disguises = [
        f"{out} {inward}",
        f"{out}{inward}",
        f"{out} {inward}".lower(),
        f"{out}\u00a0{inward}",
        f"{out}-{inward}",
        f"{out}  {inward}",
        f"{out}%20{inward}",
        f"{out} {inward}".translate(DIGITS),
        f"{out}\u200b {inward}",
    ]
    return r.choice(disguises)


def birth(r: random.Random) -> str:
    """Make a date of birth."""
    day, month, year = r.randrange(1, 29), r.randrange(1, 13), r.randrange(1930, 2015)
    name = (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
    )
    dates = [
        f"{day:02d}/{month:02d}/{year}",
        f"{day}.{month}.{year}",
        f"{day:02d}-{month:02d}-{year % 100:02d}",
        f"{year}-{month:02d}-{day:02d}",
        f"{day} {name[month % 11]} {year}",
        f"{day}th {name[month % 11][:3]} {year}",
        f"{name[month % 11]} {day}, {year}",
        f"{day:02d}/{month:02d}/{year}".translate(DIGITS),
    ]
    words = ["DOB: {}", "D.O.B. {}", "date of birth {}", "Date of birth: {}", "born on {}", "born {}", "(dob {})"]
    return r.choice([*words, "date of birth was {}", "who was born on the {}", "{} (DOB)"]).format(r.choice(dates))


def staff(r: random.Random) -> str:
    """Make a number of one of the staff."""
    number = str(r.randrange(1000, 9999))
    words = ["collar number {}", "Collar No. {}", "shoulder number: {}", "warrant no {}", "payroll number 00{}"]
    words += ["staff number: {}", "employee ID {}", "badge number {}", "Collar number: AB {}", "PC{}", "PCSO 7{}"]
    return r.choice([*words, "staff no. {}A", "epaulette number is {}", "Sgt 4{}"]).format(number)


def salutation(r: random.Random) -> str:
    """Make the beginning of a letter."""
    first, last = r.choice(FIRST), r.choice(LAST)
    forms = [
        f"Dear {first},",
        f"Dear Mr {last},",
        f"Dear Ms {last}",
        f"Dear {first} {last},",
        f"DEAR MRS {last.upper()}",
    ]
    return "\n" + r.choice([*forms, f"Dear Dr {last}:", f"Hi {first},", f"dear {first.lower()},"]) + "\n"


def signature(r: random.Random) -> str:
    """Make the end of a letter."""
    first, last = r.choice(FIRST), r.choice(LAST)
    closing = r.choice(
        ["Yours sincerely", "Yours faithfully,", "Kind regards", "Kind regards,", "Regards,", "Best wishes"]
    )
    name = r.choice([f"{first} {last}", f"{first[0]}. {last}", first, f"{first} {last}".upper(), f"Mrs {last}"])
    return "\n" + closing + r.choice(["\n", "\n\n", "\n\n\n"]) + name + "\n"


def requester(r: random.Random) -> str:
    """Make the name of who asked."""
    first, last = r.choice(FIRST), r.choice(LAST)
    forms = ["Request from: {}", "Name of applicant: {}", "Requester: {}", "Requested by: {}", "Requester's name: {}"]
    forms += ["Applicant name\t{}", "requested by {}", "Name of requester - {}"]
    return "\n" + r.choice(forms).format(f"{first} {last}") + "\n"


MAKERS = {
    "email": email,
    "phone": phone,
    "nhs": nhs,
    "national-insurance": insurance,
    "postcode": postcode,
    "birth-date": birth,
    "staff-number": staff,
    "salutation": salutation,
    "signature": signature,
    "requester": requester,
}
AROUND = (
    "{}",
    "The resident wrote to {} on Monday about a fine.",
    "We hold this as: {}.",
    "It was sent to the borough's car park team ({}), who replied.",
    "| Mill Lane | {} | 35.00 |",
    'Quay Street,"{}",no permit',
    "Total issued in 2023: 412; contact {} or see section 40(2).",
    "> forwarded: {}",
    "Mill Lane\t2023\t{}\tno permit",
    "**Note** {} - waived on appeal in 2022/23",
)


def planted(number: int, seed: int = 1) -> Iterator[Planted]:
    """Plant identifiers, each kind as often as the next."""
    r = random.Random(seed)  # noqa: S311  # nothing is kept secret by it
    kinds = list(MAKERS)
    for n in range(number):
        kind = kinds[n % len(kinds)]
        made = MAKERS[kind](r)
        yield Planted(kind, (r.choice(AROUND) if not made.startswith("\n") else "A letter.{}End.").format(made))


# --- sentences that hold nothing of a person -------------------------------------------------------------------------

_STREETS = ("Mill Lane", "Quay Street", "Station Road", "Harbour Parade")
_LAWS = (
    "Parking (Appeals) Regulations 2012",
    "Freedom of Information Act 2000",
    "Data Protection Act 2018",
    "Libraries (Fines and Charges) Order 1998, S.I. 1998/2345",
    "Environmental Information Regulations 2004",
)
_CLEAN = (
    "Your request, reference {ref}, was received on {date} and is answered under the {law}.",
    "In {year} the borough issued {big} fines, {pct}% more than in {year2}.",
    "Section {n}(2) and section {m}(3)(a)(i) of the {law} apply to question {n}.",
    "The total for {year}/{yy} was £{big}.{yy}, of which £{small} was written off.",
    "Fines by month: {small} {n} {m} {small} {n} {m} {n} {small} {m} {n} {m} {n}.",
    "{year}\t{small}\t{m}\t{n}\t{small}\t{big}",
    "The figures cover {date} to {date2} and were extracted on {date2} at {n}:{yy}.",
    "Version {n}.{m}.{n} of the system, build {year}{yy}{n}, counts appeals and not drivers.",
    "ISBN 978-0-306-40615-7, page {n}, gives {big} loans for shelf {m}.",
    "The file's hash is sha256:{hash}.",
    "Dear Sir or Madam, your request {ref} is refused.",
    "Dear Applicant, we do not hold this.",
    "Dear Requester,",
    "Yours faithfully,\nInformation Governance Team\nBorough of Sandhaven",
    "Kind regards\n\nFreedom of Information Office",
    "With regards to question {n}, no information is held.",
    "Children born between {date} and {date2} may borrow {n} books.",
    "Residents aged {n} to {m} paid £{small}.{yy} at {street}.",
    "Car park {n} at {street} has {small} bays, numbers {n} to {small}; bay {m} is closed.",
    "Staff numbers fell from {big} in {year} to {small} in {year2}.",
    "The number of staff is {small}; {n} of them work on appeals.",
    "Population at {date}: {spaced}.",
    "We estimate {n} minutes a record: {big} records at £25 an hour is £{big}, over the limit of £450.",
    "See https://www.example.org/foi/{year}/{ref2}/breach-of-rules-{big5}/ for the log.",
    "Permit PF{small} was issued at {street} for {n} months at {m}p an hour.",
    "Question {n}: how many fines were cancelled in {year}? Answer: {small}.",
    "Of {small} appeals, {n} were upheld, {m} not upheld and {n} withdrawn.",
    "Grade {n} to grade {m}; scale points {n}-{m}; {pct}% at grade {n}.",
    "It took effect at {n}.30am on {date}, under minute {n}/{yy} of the council.",
    "The request was received from a journalist, and a reply was sent by post at {street}.",
    "Postcode districts SW1, M{n} and CF{m} are shown; full postcodes are withheld.",
    "Readings: {n}.{m}, -{n}.{yy}, +{m}, {small}/{big}, 1.{yy}e{n}.",
    "Contract C-{year}-{big5} was let for £{big} to the lowest of {n} bidders.",
    "The caveat: figures are rounded to the nearest {n}; [REDACTED] marks what is withheld.",
    "The decision notice FS50{big5} and IC-{big5}-A1B2 were considered (see [{year}] UKUT {small} (AAC)).",
    "Code {n}.{m}.{n}.{m} at 192.0.2.{n} logged {big} visits @ {n}p each.",
    "Tables {n} to {m} use the May {year} and March {year2} extracts; Mill Lane is excluded.",
    "If you are unhappy, write to the Information Commissioner's Office, Wycliffe House, Water Lane, Wilmslow.",
    "Grid reference TQ {n}{n}{n} {m}{m}{m}, block B2, 1st floor, room {small}.",
    "UPRN 1000{big5}{n}, asset {big5}, invoice INV{year}{big5}.",
)


def clean(number: int, seed: int = 2) -> list[str]:
    """Make sentences as authorities write them, with numbers of every sort and nothing of a person."""
    r = random.Random(seed)  # noqa: S311  # nothing is kept secret by it
    return [_sentence(_CLEAN[n % len(_CLEAN)], r) for n in range(number)]


def _sentence(template: str, r: random.Random) -> str:
    year = r.randrange(2010, 2026)
    months = ("January", "March", "May", "July", "October", "December")
    date = [
        f"{r.randrange(1, 29)} {r.choice(months)} {year}",
        f"{r.randrange(1, 29):02d}/{r.randrange(1, 13):02d}/{year}",
    ]
    values = {
        "n": r.randrange(2, 40),
        "m": r.randrange(2, 100),
        "yy": f"{r.randrange(10, 60)}",
        "year": year,
        "year2": year - 1,
        "small": r.randrange(100, 1000),
        "big": f"{r.randrange(1000, 999999):,}",
        "big5": r.randrange(10000, 99999),
        "spaced": f"{r.randrange(1, 70)} {r.randrange(100, 999)} {r.randrange(100, 999)}",
        "pct": f"{r.randrange(1, 90)}.{r.randrange(10)}",
        "ref": r.choice([f"01/FOI/{year % 100}/0{r.randrange(10000, 99999)}", f"{r.randrange(100, 999)}/{year % 100}"]),
        "ref2": f"{r.randrange(100, 999)}_{year % 100}",
        "date": date[0],
        "date2": date[1],
        "law": r.choice(_LAWS),
        "street": r.choice(_STREETS),
        "hash": f"{r.getrandbits(256):064x}",
    }
    return template.format(**values)
