"""The sentence patterns of the invented filings. `{slot}` is filled from the lexicon or by a maker of figures."""

from typing import Final

RESULTS: Final = (
    "{metric} {moved} {percent} to {money} in {period} compared to {money} in {period}.",
    "{metric} {moved} {money}, or {percent}, primarily due to {cause} and {cause}, partially offset by {cause}.",
    "{metric} for {segment} {moved} {percent} during {period}, driven by {cause}.",
    "the {adjective} change in {metric} reflects {cause}, {cause}, and {cause}.",
    "as a percentage of {metric}, {metric} was {percent}, {percent} and {percent} in {year}, {year} and {year}, respectively.",
    "{metric} and {metric} in {region} {moved} {percent} on a constant currency basis.",
    "{we} expect {metric} to be between {money} and {money} for {period}.",
    "excluding {cause}, {metric} would have {moved} {percent} year over year.",
    "the table below shows {metric} by {adjective} category for {period} (in millions, except percentages):",
)
LIQUIDITY: Final = (
    "as of {date}, {we} had {money} of {asset} and {money} of {asset}.",
    "{we} {act} {money} of {asset} during {period} at an average price of ${number} per share.",
    "in {period}, {company} entered into a {money} credit agreement that matures on {date} and bears interest at {percent}.",
    "we believe our {asset} and cash from operations will be sufficient to fund {noun} for at least {period}.",
    "the carrying amount of {asset} was {money} and {money} at {date} and {date}, respectively.",
    "{we} paid dividends of ${number} per share, and {number} shares remained available under the program.",
    "a hypothetical {percent} change in interest rates would {adverb} affect the fair value of {asset} by {money}.",
    "see {note}, \u201c{Name} {noun},\u201d of the Notes to Consolidated Financial Statements in Part II, Item 8.",
)
RISK: Final = (
    "{threat} could {harm}.",
    "{threat} and {threat} may {harm} or {harm}.",
    "if we fail to {verb} {adjective} {noun}, or if {person} do not {verb} our {noun}, it could {harm}.",
    "we {adverb} {verb} {adjective} {noun} in {region}, and {threat} there could {harm}.",
    "there can be no assurance that {we} will be able to {verb} {noun} on {adjective} terms, or at all.",
    "our {noun} are subject to {threat}, including {threat}, {threat} and {threat}.",
    "any of these {noun} could {harm}, and {person} may not {verb} the {adjective} {noun} that we {verb}.",
    "{person} may bring claims under {law}, which could {harm} even if they are without merit.",
)
BUSINESS: Final = (
    "{company} designs, manufactures and sells {product}, {product} and {product} in {region}.",
    "{company} was incorporated in {region} in {year} and had {adverb} {number} employees as of {date}.",
    "{we} {verb} {person} through {adjective} {noun}, {noun} and direct sales in {region}.",
    "{segment} accounted for {percent} of {metric} in {period}, and no single customer exceeded {percent}.",
    "our competitors include {company}, {company} and other {adjective} providers of {product}.",
    "{we} own {number} {place} and lease {number} square feet of {place} in {region}.",
    "{person} and {person} {adverb} {verb} our {adjective} {noun} for {product}.",
    "the {Name} {code} was launched in {period} and is sold {adverb} to {person} in {region} and {region}.",
    "we hold {number} patents that expire between {year} and {year}, and we {verb} {noun} under {law}.",
)
CONTROLS: Final = (
    "on {date}, {person} filed a complaint against {company} in {region} that seeks damages of {money} under {law}.",
    "{we} intend to defend the matter vigorously and have accrued {money} for {asset}.",
    "the preparation of {noun} requires {judge} and {judge}, and actual results could differ from those estimates.",
    "{asset} are tested for impairment {adverb} in the fourth quarter, based on {judge}.",
    "{person} concluded that our disclosure {noun} were effective as of {date}.",
    "revenue is recognized when control of {product} transfers to {person}, net of {asset}.",
    "{law} requires {person} to {verb} {noun} by {date}; {we} do not expect it to {harm}.",
    "a change of {percent} in {judge} would have {moved} {metric} by {money} in {period}.",
    "{person} oversees {threat} and receives reports on {adjective} {noun} from {person}.",
)
TOPICS: Final[tuple[tuple[str, ...], ...]] = (RESULTS, LIQUIDITY, RISK, BUSINESS, CONTROLS)
