# ruff: noqa: E501 - sentences read best on one line
"""Item 1 and Item 2: what a company does, with whom and where."""

from typing import Final

from daemon.samples.topics.base import Para, Topic

SEGMENTS: Final = Topic(
    "Segments|Our Segments|Segments and Products",
    (
        Para(
            (
                "{s1} offers {s1_does}; it brought in {s1_rev} in fiscal {y}, or {s1_share} of {sales}, compared with {s1_was} a year before.",
                "The largest segment, {s1}, offers {s1_does} and accounted for {s1_share} of {sales} in fiscal {y}, after {s1_share_was} in {yp}.",
            ),
            (
                "{s2} offers {s2_does} and contributed {s2_rev}, which is {s2_share} of the total.",
                "{s3} is the smallest segment, with revenue of {s3_rev}; it covers {s3_does}.",
                "Each segment has its own budget and its own staff, and shares purchasing and data processing with the others.",
                "{we} measure/measures segments by their operating income before interest and central costs.",
                "Sales between segments are made at market prices and are eliminated.",
            ),
            3,
        ),
    ),
)
MARKETS: Final = Topic(
    "Customers and Markets|Customers|Markets and Distribution",
    (
        Para(
            (
                "{our} largest customer accounted for {top1} of {sales} in fiscal {y}, and the three largest together for {top3}.",
                "{we} sell/sells mainly to {customers} in {region1}, {region2} and {region3}, and sales outside the home market were {abroad} of the total.",
            ),
            (
                "Sales in {region3} [started|began] later than elsewhere and still depend on {product1} and {product2}.",
                "Most orders are filled within [two weeks|ten days|a month], and few are placed more than a season ahead.",
                "No contract with a customer runs for more than [three|four|five] years, and most may be ended with ninety days of notice.",
                "Customers in {region1} pay within [30|45|60] days on average, those in {region2} somewhat later.",
                "A field staff of {count_d} visits {customers} and advises them on {product3}.",
                "{season}",
                "Customers won in fiscal {y} accounted for {rate_d} of {sales}, those won in fiscal {yp} for {rate_d_was} of it a year before.",
            ),
            3,
        ),
    ),
    only="goods",
)
CLIENTS: Final = Topic(
    "Whom We Serve|Our Markets|Markets",
    (
        Para(
            (
                "{region1} [brought in|accounted for] {share_g} of {sales} in fiscal {y}, compared with {share_g_was} in fiscal {yp}, and {region2} most of the rest.",
                "{we} serve/serves {customers} in {region1}, {region2} and {region3}; the three largest of them accounted for {top3} of {sales}.",
            ),
            (
                "{product1} and {product2} are sought by most {customers}, {product5} by few.",
                "Agreements run for [two|three|five] years on average, and {share_d} of them came up for renewal in fiscal {y}.",
                "New business in {region3} added {rate_d} to {sales} in fiscal {y}, after {rate_d_was} in the year before.",
                "A staff of {count_d} in {city} answers questions about {product3}.",
                "{season}",
                "{we} lost/lost {rate_f} of {customers} in fiscal {y} and won about as many in {region2}.",
            ),
            3,
        ),
    ),
    only="services",
)
COMPETITION: Final = Topic(
    "Competition",
    (
        Para(
            (
                "{we} compete/competes with {rival1}, {rival2} and {rival3}, two of which are larger and have more capital.",
                "Competition for {product1} is strong: {rival1} and {rival2} together hold about {share_h} of the market in {region1}.",
            ),
            (
                "{we} believe/believes that customers choose between suppliers by reliability, price and the time of delivery, in this order.",
                "{rival3} entered {region2} in {ypp} and has since offered {product2} at prices about {rate_d} below those of others.",
                "In {product3}, {short} estimates its share of the market in {region1} at {share_g}, little changed from {yp}.",
                "Smaller firms compete in single towns and may accept margins that {we} would refuse.",
                "Entry is slowed by {rule1}, which new competitors must satisfy before their first sale.",
            ),
            3,
        ),
    ),
)
SUPPLY: Final = Topic(
    "Sources of Supply|Raw Materials and Supplies|Suppliers",
    (
        Para(
            (
                "{our} main supplies are {input1}, {input2} and {input3}, for which {we} paid about {small_g} more in fiscal {y} than in fiscal {yp}.",
                "{we} depend/depends on {count_h} suppliers for {input1}, and the largest of them delivered {share_d} of the total in fiscal {y}.",
            ),
            (
                "{input2} can be bought from several sources, while supplies of {input3} come from a few, under contracts of one to three years.",
                "Prices of {input1} rose by {rate_h} during the year and have been more stable since {end}.",
                "{we} keep/keeps about {count_g} days of {input2} in reserve.",
                "A second source for {input3} was approved in fiscal {yp} after tests that took [five|seven|nine] months.",
            ),
            2,
        ),
    ),
    only="goods",
)
PEOPLE: Final = Topic(
    "Human Capital|Employees|Our People",
    (
        Para(
            (
                "{we} had {staff} {people} on {end}, compared with {staff_was} a year before.",
                "On {end}, {short} employed {staff} {people}, {staff_moved} than the {staff_was} of the year before.",
            ),
            (
                "About {share_g} of {people} are covered by collective agreements, the next of which expires in {yn}.",
                "Turnover of {people} was {rate_h} in fiscal {y}, compared with {rate_h_was} in fiscal {yp}.",
                "{we} paid {small_h} into retirement plans and trained {people} for {count_d} thousand hours.",
                "Injuries that led to lost days [fell|declined] to {count_g} in fiscal {y} after new guards and training were introduced in {city}.",
                "Wages in {city} increased by {rate_d} in fiscal {y} under an agreement that lasts until {yn}.",
            ),
            3,
        ),
    ),
)
REGULATION: Final = Topic(
    "Regulation|Government Regulation",
    (
        Para(
            (
                "{our} business is subject to {rule1} and to {rule2}, and compliance cost about {small_d} in fiscal {y}.",
                "{we} spent {small_d} in fiscal {y} to comply with {rule1}, compared with about {small_h} for all other rules together.",
            ),
            (
                "A change of {rule2} has been proposed and could take effect in {yn}.",
                "Inspectors visited the sites {count_h} times during the year and issued no material finding.",
                "{we} hold/holds all permits that the present operations require, some of which must be renewed by {yfar}.",
                "{state} may require further reports from fiscal {yn} on, which would add modestly to the cost.",
            ),
            2,
        ),
    ),
)
PROPERTIES: Final = Para(
    (
        "{we} own/owns the main site in {city} and lease/leases others, for which rent of {lease} was paid in fiscal {y}.",
        "Rent for leased property was {lease} in fiscal {y}; the main site in {city} is owned and carries no mortgage.",
    ),
    (
        "{we} believe/believes that the sites are well maintained and sufficient for the next [two|three] years.",
        "The capacity of the sites was used to about {busy} on average during the year.",
        "Work on {project} began in fiscal {yp} and should be finished in fiscal {yn}.",
        "Leases end between {yn} and {ylater}, and most can be extended for five years.",
    ),
    3,
)
BUSINESS: Final = (SEGMENTS, MARKETS, CLIENTS, COMPETITION, SUPPLY, PEOPLE, REGULATION)
