# ruff: noqa: E501 - sentences read best on one line
"""Item 7: the year against the year before."""

from typing import Final

from daemon.samples.topics.base import Para, Topic

OVERVIEW: Final = Topic(
    "Overview|Results in Brief|Executive Summary",
    (
        Para(
            (
                "{sales} {rev_moved} {rev_by} to {rev} in fiscal {y} from {rev_was} in fiscal {yp}, [primarily due to|driven by|mainly because of] {why1}.",
                "{sales} amounted to {rev} in fiscal {y}, after {rev_was} in fiscal {yp}, and {rev_moved} by {rev_by}, [largely because of|reflecting] {why2}.",
            ),
            (
                "Operating income was {op}, or {op_rate} of {sales}, compared with {op_was}, or {op_rate_was}, a year before.",
                "Net income {net_moved} {net_by} to {net}, or {eps} per share, from {net_was}, or {eps_was} per share.",
                "The number of {units_name} {units_moved} by {units_by} to {units} thousand.",
                "Cash provided by operations was {cfo}, after {cfo_was} in the year before.",
                "Results were held back by {against}, which {we} expect/expects to matter less in {yn}.",
            ),
            3,
        ),
    ),
)
BY_SEGMENT: Final = Topic(
    "{sales} by Segment|Segment Results",
    (
        Para(
            (
                "{s1} {s1_moved} {s1_by} to {s1_rev}, [primarily due to|driven by] {s1_why}[| and {s1_why2}].",
                "Revenue of {s1} {s1_moved} by {s1_diff}, or {s1_by}, to {s1_rev}, [mainly because of|reflecting] {s1_why2}.",
            ),
            (
                "Prices of {product1} changed little, and volumes explain most of the difference.",
                "The segment opened no new sites during the year and kept its staff about level.",
                "{region1} contributed most of the change.",
            ),
            1,
        ),
        Para(
            (
                "{s2} {s2_moved} {s2_by} to {s2_rev} from {s2_was}, [as a result of|driven by|because of] {s2_why}.",
                "Revenue of {s2} was {s2_rev}, compared with {s2_was} in fiscal {yp}, a change of {s2_by} that was [mainly|partly] due to {s2_why2}.",
            ),
            (
                "Orders at year end point to a similar level in the first half of {yn}.",
                "{region2} did better than {region3} in this segment.",
            ),
            1,
        ),
        Para(
            (
                "{s3} {s3_moved} {s3_by} to {s3_rev}, and its share of {sales} was {s3_share} after {s3_share_was}.",
                "{s3} had revenue of {s3_rev}, which {s3_moved} by {s3_diff} because of {s3_why}.",
            ),
            (
                "The smaller segment follows the others with a delay of some months.",
                "Demand for {product4} explains most of it.",
            ),
            1,
        ),
    ),
)
MARGINS: Final = Topic(
    "{cost} and {margin}|{margin} and Expenses",
    (
        Para(
            (
                "{margin} {margin_moved} by {margin_points} to {margin_rate} of {sales} from {margin_was}, [primarily due to|as a result of|reflecting] {margin_why}.",
                "{cost} {cogs_moved} {cogs_by} to {cogs}, and {margin} {margin_moved} to {margin_rate} from {margin_was} because of {margin_why}.",
            ),
            (
                "{margin_against} worked the other way and cost about {small_a}.",
                "Depreciation of {depreciation} is part of these costs, compared with {depreciation_was} in fiscal {yp}.",
                "Each percentage point of {margin} is worth about {point100} a year at the present level of {sales}.",
                "Work on {project} added start-up costs of {small_b}.",
            ),
            2,
        ),
        Para(
            (
                "Operating expenses {sga_moved} {sga_by} to {sga}, or {sga_share} of {sales}, from {sga_was}, or {sga_share_was}, [mainly because of|due to] [higher wages|travel and training|the cost of moving to new systems|the purchase of {deal_name}].",
                "Operating expenses were {sga} in fiscal {y} and {sga_was} in fiscal {yp}, which is {sga_share} and {sga_share_was} of {sales}.",
            ),
            (
                "Bonuses followed the results of the segments and were [little changed|somewhat lower|somewhat higher].",
                "{we} recorded a charge of {small_b} for a legal claim in the [second|third|fourth] quarter.",
                "The number of {people} went from {staff_was} to {staff} during the year.",
            ),
            1,
        ),
    ),
)
INCOME: Final = Topic(
    "Interest, Taxes and Net Income|Interest and Taxes|Net Income",
    (
        Para(
            (
                "Interest expense {interest_moved} to {interest} from {interest_was}, as the average rate was {rate} after {rate_was}.",
                "Net income {net_moved} by {net_diff} to {net}, and earnings per share were {eps}, compared with {eps_was}.",
                "The effective tax rate was {tax_rate} in fiscal {y} and {tax_rate_was} in fiscal {yp}, and tax expense {tax_moved} to {tax}.",
            ),
            (
                "A state credit for {project} lowered the tax rate by a little less than one point.",
                "The weighted average number of shares was {shares}.",
                "Income of joint ventures was not material in either year.",
                "{we} expect/expects a tax rate of about {tax_rate} in fiscal {yn}.",
            ),
            2,
        ),
    ),
)
LIQUIDITY: Final = Topic(
    "Liquidity and Capital Resources",
    (
        Para(
            (
                "Cash and cash equivalents were {cash} on {end}, compared with {cash_was} a year before, and {drawn} of the {line} credit facility was drawn.",
                "Cash provided by operations {cfo_moved} to {cfo} from {cfo_was}, [primarily due to|because of] the change in net income[| and in receivables].",
            ),
            (
                "Capital expenditures were {capex}, after {capex_was} in fiscal {yp}, and went mainly into {project}.",
                "{we} expect/expects capital expenditures of about {capex_next} in fiscal {yn}.",
                "{we} paid dividends of {dividend} per share in fiscal {y} and {dividend_was} in fiscal {yp}.",
                "{we} repurchased {bought} shares for {buyback}, at an average price of {price}.",
                "Debt {debt_moved} to {debt} from {debt_was}, at an average rate of {rate}.",
                "The credit facility of {line} matures in {yfar} and was undrawn except for {drawn}.",
                "{we} believe/believes that cash, operations and the facility are sufficient for at least the next twelve months.",
            ),
            4,
        ),
    ),
)
STOCKS: Final = Topic(
    "Working Capital|Inventories",
    (
        Para(
            (
                "Inventories {stock_moved} {stock_by} to {stock} from {stock_was}, [mainly because of|reflecting] [{input1} bought ahead of price increases|slower orders near the year's end|stocks for {product2}].",
            ),
            (
                "{we} wrote down {small_a} of {product4} that had become slow to sell.",
                "Receivables stood at {count_b} days of sales, about as many as a year before.",
                "Payables grew with purchases of {input2} in the last quarter.",
            ),
            2,
        ),
    ),
    only="goods",
)
RECEIVABLES: Final = Topic(
    "Receivables and Credit|Credit Quality",
    (
        Para(
            (
                "Provisions for amounts that may not be collected were {small_b} in fiscal {y}, [because of|reflecting] [a few large accounts in {region2}|older balances|better collections than a year before].",
            ),
            (
                "Balances more than ninety days overdue were {rate_c} of the total on {end}, compared with {rate_c_was} a year before.",
                "Write-offs amounted to {small_a}, most of them in {region3}.",
                "{we} reviewed {count_a} larger accounts one by one and set aside {small_c}.",
            ),
            2,
        ),
    ),
    only="services",
)
OUTLOOK: Final = Topic(
    "Outlook",
    (
        Para(
            (
                "{we} expect/expects {sales} in fiscal {yn} to grow by {rate_lo} to {rate_hi}, provided that demand in {region1} does not weaken.",
                "For fiscal {yn} {we} plan/plans capital expenditures of {capex_next}, most of it for {project}.",
            ),
            (
                "Prices of {input1} remain the largest uncertainty.",
                "{against} could lead to results below this expectation.",
                "The integration of {deal_name} should be complete by the middle of {yn}.",
                "{s2} should grow faster than the other segments.",
            ),
            2,
        ),
    ),
)
DISCUSSION: Final = (OVERVIEW, BY_SEGMENT, MARGINS, INCOME, LIQUIDITY, STOCKS, RECEIVABLES, OUTLOOK)
