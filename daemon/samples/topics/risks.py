# ruff: noqa: E501 - sentences read best on one line
"""Item 1A: the risks that most companies have. Those of a single company stand with the company."""

from typing import Final

from daemon.samples.topics.base import Para, Topic

RISKS: Final = (
    Topic(
        "{our} debt limits what {we} can do",
        (
            Para(
                ("{our} debt of {debt} could limit {our} ability to invest and to borrow more when {we} need/needs it.",),
                (
                    "Interest of {interest} was due in fiscal {y}, and {floating} of the debt carries a floating rate.",
                    "The credit agreement requires a ratio of debt to earnings that {short} met by a [narrow|comfortable] margin on {end}.",
                    "If {we} fail/fails to meet the agreement, lenders may demand early repayment and refuse further advances.",
                    "The notes must be refinanced by {yfar}, and rates may then be higher than {rate}.",
                ),
                2,
            ),
        ),
    ),
    Topic(
        "{deal_name} may disappoint",
        (
            Para(
                ("The purchase of {deal_name} could divert management and fail to bring the savings that {we} expect/expects.",),
                (
                    "{we} recorded goodwill of {small_e} and would have to write it off if the business falls short.",
                    "Customers of the acquired business may turn to {rival2}, which has approached several of them.",
                    "Records and orders must be moved to {our} systems in {yn}, and errors could delay invoices.",
                    "Key people of the acquired business may leave after their agreements end in {yn}.",
                ),
                2,
            ),
        ),
    ),
    Topic(
        "A failure of {our} systems could stop {us}",
        (
            Para(
                (
                    "An attack on {our} systems could interrupt orders and invoices in {region1} and expose {us} to claims.",
                    "A failure of {our} data center in {city} could delay deliveries to {customers} and lead to lost {sales}.",
                ),
                (
                    "{we} spent {small_g} on the protection of systems in fiscal {y}, which may not be enough.",
                    "In fiscal {ypp} a false invoice led to a payment of {count_h} thousand dollars, most of which was recovered.",
                    "Some programs that run {product2} date from the 1990s and can be maintained by few people.",
                    "Insurance for such events covers up to {small_e} and excludes attacks by states.",
                ),
                2,
            ),
        ),
    ),
    Topic(
        "{project} may cost more and take longer",
        (
            Para(
                ("Delays of {project} could increase its cost, which {we} estimate/estimates at {small_e}, and leave {us} short of capacity.",),
                (
                    "Contractors in {state} are scarce, and {share_e} of the work has not been let.",
                    "{we} had spent {small_h} by {end} and would lose part of it if the project were given up.",
                    "A permit under {rule1} is still missing and may come with costly conditions.",
                ),
                2,
            ),
        ),
    ),
    Topic(
        "{rival1} is larger than {we} are/is",
        (
            Para(
                ("Price cuts by {rival1} could reduce {our} {sales} of {product1} and weaken {our} {margin}.",),
                (
                    "{rival1} opened a site in {region1} in {yp} and hired {count_g} of {our} {people}.",
                    "{we} lowered prices of {product2} by {rate_e} in fiscal {y} to keep two customers.",
                    "A merger of {rival2} and {rival3}, which both have discussed, would create a competitor of twice {our} size.",
                ),
                2,
            ),
        ),
    ),
    Topic(
        "{input1} may become scarce",
        (
            Para(
                ("A shortage of {input1} could interrupt {our} work in {region1} and increase what {we} pay/pays for it.",),
                (
                    "Prices of {input1} rose by {rate_g} in fiscal {y}, and only part of that could be passed on.",
                    "The largest supplier delivers {share_h} of what {we} use/uses and may prefer larger customers.",
                    "A reserve of {count_e} days would not be enough for a longer interruption.",
                ),
                2,
            ),
        ),
        only="goods",
    ),
)  # fmt: skip
