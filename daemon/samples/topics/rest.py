# ruff: noqa: E501 - sentences read best on one line
"""The shorter Items: legal proceedings, the stock, market risk, notes to the statements, controls."""

from typing import Final

from daemon.samples.topics.base import Para, Topic

LEGAL: Final = Para(
    (
        "{short} was sued in {ypp} by {suit}, and damages of {small_f} are sought.",
        "In {yp} a complaint was filed in {state} by {suit}; the plaintiffs seek {small_f}.",
    ),
    (
        "{we} believe/believes that the claim has no merit and have/has recorded {small_g} for the cost of defense.",
        "A trial is set for [March|June|October] {yn}, and the outcome cannot be foreseen.",
        "Other claims that arise in the ordinary course are not expected to be material.",
        "An offer to settle for {small_h} was refused in the fourth quarter of fiscal {y}.",
    ),
    3,
)
STOCK: Final = Para(
    (
        "{our} common stock trades on {exchange} under the invented symbol {ticker}, and dividends of {dividend} per share were declared in fiscal {y}.",
        "Dividends of {dividend} per share were declared in fiscal {y}, compared with {dividend_was} in fiscal {yp}, on the common stock that trades as {ticker}.",
    ),
    (
        "{we} repurchased {bought} shares in fiscal {y} at an average price of {price}.",
        "There were about {hundreds_g} holders of record on {end}.",
        "The board of directors authorized further repurchases of up to {small_f} until the end of {yn}.",
        "The credit agreement allows dividends as long as debt stays below a multiple of earnings.",
    ),
    2,
)
MARKET_RISK: Final = (
    Topic(
        "Interest Rates",
        (
            Para(
                (
                    "A rise of one percentage point in short-term rates would increase annual interest expense by about {point}, because {floating} of the debt carries a floating rate.",
                    "{floating} of the debt of {debt} carries a floating rate, so that a change of one percentage point would affect interest expense by about {point} a year.",
                ),
                (
                    "{we} do/does not hold derivatives for trading.",
                    "Swaps that fixed the rate of part of the debt expired in fiscal {yp} and were not renewed.",
                    "The average rate was {rate} in fiscal {y} and {rate_was} in fiscal {yp}.",
                ),
                2,
            ),
        ),
    ),
    Topic(
        "Prices and Currencies|Commodity Prices and Currencies",
        (
            Para(
                (
                    "A change of ten percent in the price of {input1} would affect {cost} by about {small_g} a year.",
                    "Sales abroad were {abroad} of the total, and a dollar that is ten percent stronger would have reduced {sales} by about {tenth}.",
                ),
                (
                    "{we} fix/fixes the price of part of {input2} for up to twelve months.",
                    "Costs in {region3} arise in the same currency as sales there, which lowers the effect on income.",
                    "Hedges of currencies had a fair value of {small_h} on {end}.",
                ),
                2,
            ),
        ),
        only="goods",
    ),
)
NOTES: Final = (
    Topic(
        "Note 2. Debt|Note 4. Borrowings",
        (
            Para(
                (
                    "Debt was {debt} on {end} and {debt_was} a year before, of which {floating} carries a floating rate.",
                ),
                (
                    "The credit agreement was amended in [May|August|November] and now matures in {yfar}.",
                    "Commitment fees on the unused part of the facility were not material.",
                    "{we} met/met all covenants during the year, and the fair value of the debt is close to its carrying amount.",
                    "Interest paid amounted to {interest}, compared with {interest_was} in fiscal {yp}.",
                ),
                2,
            ),
        ),
    ),
    Topic(
        "Note 5. Acquisition|Note 7. Purchase of a Business",
        (
            Para(
                (
                    "{we} paid {small_f} in cash in fiscal {yp} to acquire {deal}, and recorded {small_g} of it as goodwill.",
                ),
                (
                    "A further {small_h} is due in {yn} if sales of the acquired business reach an agreed level.",
                    "The results of the acquired business are part of {s2} from the day of the purchase.",
                    "Intangible assets are amortized over {years} years.",
                ),
                2,
            ),
        ),
    ),
)
CONTROLS: Final = Para(
    (
        "Management, which tested {count_f} key controls at {short}, concluded that internal control over financial reporting was effective on {end}.",
        "Internal control over financial reporting was tested at {count_g} control points of {short} and was found effective on {end}.",
    ),
    (
        "A weakness in the approval of journal entries in {region2}, found in fiscal {yp}, was remedied by {end}.",
        "The controls of {deal_name} were left out of the test, as the rules allow in the first year.",
        "Moving {product1} to new systems changed several controls during the last quarter.",
        "No system of control can prevent every error, and {short} relies on the care of its {people}.",
    ),
    2,
)  # fmt: skip
