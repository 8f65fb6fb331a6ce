# ruff: noqa: E501 - sentences read best on one line
"""Three invented manufacturers: tools, glass and seed."""

from typing import Final

from daemon.samples.companies.base import Company, Risk, Segment, Site

TOLVANIC: Final = Company(
    cik=9_990_000_001, name="Tolvanic Tool Works, Inc.", short="Tolvanic", ticker="TLVNX", voice="we",
    state="Ohio", state_code="OH", city="Anvil Heights", street="1400 Forge Street", exchange="NYSE",
    sic="3420", sic_name="Cutlery, Handtools & General Hardware", year_end=(6, 30), first_year=2022,
    shapes=("html", "ixbrl", "ixbrl"), goods=True,
    revenue=612.0, gross=0.357, selling=0.231, debt=0.27, staff=2950, units=7_800.0, shares=33.5,
    sales_name="net sales", cost_name="cost of sales", margin_name="gross margin", staff_name="employees",
    unit_name="tools", customers="hardware distributors", founded=1926, trade="makes hand tools and cordless power tools",
    segments=(
        Segment("Hand Tools", "wrenches, pliers and hammers forged in Ohio", 0.44, 0.02),
        Segment("Power Tools", "cordless drills, saws and batteries", 0.39, 0.09),
        Segment("Trade Services", "sharpening, rental and repair at customers' sites", 0.17, 0.05),
    ),
    products=("drop-forged wrenches", "cordless drills", "battery packs", "torque screwdrivers", "masonry saws"),
    regions=("the Midwest", "western Canada", "central Europe"),
    inputs=("alloy steel bar", "lithium cells", "molded nylon housings"),
    rivals=("Marrowick Hardware", "Steffen & Ulbricht", "Granite State Tool"),
    rules=("transport rules for lithium batteries", "state laws on the return of used batteries"),
    sites=(
        Site("Anvil Heights, Ohio", "forge, headquarters and test laboratory", "540,000"),
        Site("Copper Ridge, Tennessee", "assembly of cordless tools", "265,000"),
        Site("Brno-Letky, Czech Republic", "grinding shop and warehouse", "97,000"),
    ),
    more=("the launch of the 36-volt drill line", "higher orders from tool rental chains", "price increases taken in January",
          "the opening of a distribution agreement in western Canada"),
    less=("distributors that reduced their stocks of wrenches", "fewer housing starts in the Midwest",
          "late deliveries of lithium cells", "the discontinuation of the corded saw line"),
    dearer=("higher prices of alloy steel bar", "air freight for lithium cells", "lower absorption of forge overhead"),
    cheaper=("a larger share of battery packs in the mix", "savings from the automated grinding shop", "lower scrap at the forge"),
    project="a second forging line in Anvil Heights", deal="Pinnock Fastening, a maker of torque screwdrivers",
    suit="two distributors in Wisconsin, who claim that our rebate program favored rental chains",
    season="Sales are highest in the spring quarter, when contractors replace tools before the building season.",
    about=(
        "We forged our first wrench in {founded}, and hand tools still carry a lifetime guarantee that costs us {small_a} a year.",
        "We sold {units} thousand tools in fiscal {y}, compared with {units_was} thousand in fiscal {yp}.",
        "Every cordless tool that we sell runs on one family of batteries, which ties contractors to our platform.",
        "Rental chains bought {share_a} of our power tools, and their orders grew with the number of their branches.",
        "Research and development expense was {rnd}, or {rnd_share} of net sales, compared with {rnd_was} a year earlier.",
        "Our forge ran {count_a} shifts a week in fiscal {y} and used about {count_b} thousand tons of steel bar.",
    ),
    risks=(
        Risk("Lithium cells may catch fire", (
            "A defect in lithium cells could cause fires and require a recall of every tool on the battery platform.",
            "In fiscal {ypp} we recalled {count_f} thousand battery packs and recorded a charge of {small_e}.",
            "We buy cells from two makers abroad, and neither of them would bear the whole cost of a recall.",
        )),
        Risk("We depend on the forge in Anvil Heights", (
            "A fire or long outage at our only forge could interrupt the supply of hand tools for {count_d} weeks or longer.",
            "The main hammer dates from 1968, and a replacement would take about a year to build.",
            "We insure the interruption of business up to {small_f}, which may not cover the loss of distributors.",
        )),
        Risk("Steel prices move faster than our price lists", (
            "An increase in the price of alloy steel bar could reduce our gross margin because lists change twice a year.",
            "Steel made up {share_e} of cost of sales in fiscal {y}, compared with {share_e_was} in fiscal {yp}.",
            "We fixed the price of {share_d} of next year's steel and remain exposed for the rest.",
        )),
        Risk("Cheaper tools from abroad", (
            "Importers could sell copies of our wrenches at half of our price and reduce our share with distributors.",
            "Marrowick Hardware moved its production to Asia in {yp} and lowered its prices by {share_f}.",
            "Our guarantee may no longer persuade buyers who replace a tool rather than have it repaired.",
        )),
    ),
)  # fmt: skip

PELLUCINE: Final = Company(
    cik=9_990_000_007, name="Pellucine Glass Corporation", short="Pellucine", ticker="PLUCX", voice="the Company",
    state="Pennsylvania", state_code="PA", city="Sandlick", street="3 Furnace Lane", exchange="NYSE",
    sic="3211", sic_name="Flat Glass", year_end=(9, 30), first_year=2022,
    shapes=("sgml", "sgml", "html"), goods=True,
    revenue=873.0, gross=0.231, selling=0.108, debt=0.48, staff=3410, units=52_000.0, shares=47.9,
    sales_name="net sales", cost_name="cost of goods sold", margin_name="gross margin", staff_name="employees",
    unit_name="square meters of coated glass", customers="window makers", founded=1952, trade="melts and coats flat glass",
    segments=(
        Segment("Architectural", "coated glass for office towers and homes", 0.55, 0.03),
        Segment("Solar", "patterned cover glass for solar modules", 0.27, 0.11),
        Segment("Specialty", "fire-rated and curved glass for ships and trains", 0.18, 0.04),
    ),
    products=("low-emissivity panes", "patterned solar cover glass", "fire-rated doors", "curved cab windows", "mirror blanks"),
    regions=("the Atlantic states", "Mexico", "the Great Lakes"),
    inputs=("silica sand", "soda ash", "natural gas"),
    rivals=("Vitrolane Group", "Keystone Float", "Aguilar Cristal"),
    rules=("state limits on nitrogen oxides from furnaces", "building codes on heat loss"),
    sites=(
        Site("Sandlick, Pennsylvania", "two float furnaces and coating line", "1,120,000"),
        Site("Monte Lindo, Mexico", "solar glass furnace", "610,000"),
        Site("Lake Harmon, Michigan", "bending and lamination", "233,000"),
    ),
    more=("the ramp-up of the solar furnace in Monte Lindo", "stricter building codes that favor coated panes",
          "a surcharge for natural gas", "orders of curved cab windows for commuter trains"),
    less=("postponed office towers", "the cold repair of the second furnace", "imports of solar glass at lower prices",
          "a fall in home building in the Atlantic states"),
    dearer=("higher prices of natural gas", "the idle months of the second furnace", "higher prices of soda ash"),
    cheaper=("a longer furnace campaign without repair", "a higher share of cullet in the melt", "lower prices of natural gas"),
    project="the rebuilding of the first furnace in Sandlick", deal="Tessaly Coatings, which coats glass under vacuum",
    suit="the state environmental agency, which seeks a penalty for emissions of the first furnace",
    season="Deliveries to window makers slow from December to February, when few buildings are glazed.",
    about=(
        "Pellucine lit its first furnace in {founded}; a furnace runs day and night for about {count_a} years before it is rebuilt.",
        "The Company sold {units} thousand square meters of coated glass, compared with {units_was} thousand in the year before.",
        "Natural gas and electricity made up {share_b} of cost of goods sold in fiscal {y}.",
        "About {share_a} of the melt is cullet, which needs less heat than sand and lowers emissions.",
        "The coating line in Sandlick was speeded up by {rate_a} in fiscal {y} without new equipment.",
        "Window makers order by the truckload, and {share_c} of shipments travel less than {count_b} miles.",
    ),
    risks=(
        Risk("A furnace cannot be switched off", (
            "An unplanned stop of a furnace could destroy its lining and lead to the loss of several months of production.",
            "A failed crown at the second furnace cost {small_d} and {count_e} days of melt in fiscal {ypp}.",
            "The rebuilding of a furnace takes about {count_f} weeks and requires bricks that only two makers supply.",
            "Demand may fall while the furnace must still be fed, and glass is then sold below its cost.",
        )),
        Risk("Natural gas prices could erase the margin", (
            "A sharp rise in the price of natural gas could eliminate the gross margin of standard panes.",
            "The Company has fixed the price of {share_d} of the gas that it expects to burn in fiscal {yn}.",
            "Surcharges follow the price of gas with a delay of one quarter and may be refused by large window makers.",
        )),
        Risk("Imports of solar glass", (
            "Importers could lower the price of solar cover glass below the Company's cost of production.",
            "Prices of cover glass declined by {share_f} in fiscal {yp} after new furnaces opened in Asia.",
            "Duties that protect the Monte Lindo furnace expire in {yn} and may not be renewed.",
        )),
        Risk("Emission limits may require new equipment", (
            "A lower limit on nitrogen oxides could require filters at both furnaces at a cost of about {small_e}.",
            "The state agency gave notice in {yp} that it will review the permit of the Sandlick plant.",
            "Without a permit the Company must reduce its melt, which would affect deliveries to window makers.",
        )),
    ),
)  # fmt: skip

MOSSGROVE: Final = Company(
    cik=9_990_000_012, name="Mossgrove Seed & Grain Co.", short="Mossgrove", ticker="MSGVX", voice="the Company",
    state="Nebraska", state_code="NE", city="Plum Prairie", street="51 Elevator Road", exchange="Nasdaq",
    sic="0100", sic_name="Agricultural Production-Crops", year_end=(8, 31), first_year=2022,
    shapes=("html", "ixbrl", "sgml"), goods=True,
    revenue=541.0, gross=0.289, selling=0.187, debt=0.36, staff=1690, units=6_150.0, shares=29.3,
    sales_name="net sales", cost_name="cost of products sold", margin_name="gross margin", staff_name="employees",
    unit_name="bags of seed", customers="growers and cooperatives", founded=1938, trade="breeds seed and handles grain",
    segments=(
        Segment("Seed", "maize, sorghum and clover seed bred on its own fields", 0.51, 0.06),
        Segment("Grain Handling", "storage and drying of grain in country elevators", 0.34, 0.01),
        Segment("Crop Advice", "soil tests and field scouting for growers", 0.15, 0.08),
    ),
    products=("drought-hardy maize seed", "sorghum hybrids", "clover seed", "malting barley", "seed treatments"),
    regions=("the northern Plains", "the Prairie provinces", "the Mississippi delta"),
    inputs=("parent seed", "propane for drying", "seed coatings"),
    rivals=("Heartacre Genetics", "Dakota Hybrid Partners", "Union Valley Seeds"),
    rules=("federal seed labelling rules", "the rules of the grain inspection service"),
    sites=(
        Site("Plum Prairie, Nebraska", "seed conditioning plant and offices", "388,000"),
        Site("Winnow Creek, South Dakota", "nine country elevators", "270,000"),
        Site("Delta Point, Arkansas", "winter nursery and greenhouse", "74,000"),
    ),
    more=("growers that switched to drought-hardy maize", "a record sorghum harvest that filled the elevators",
          "higher list prices of hybrids", "the first full season in the Prairie provinces"),
    less=("a wet spring that prevented planting", "returns of unsold hybrids", "lower drying fees after a dry fall",
          "growers that planted more soybeans and less maize"),
    dearer=("higher payments to contract growers", "higher prices of propane", "write-downs of returned seed"),
    cheaper=("better yields on seed fields", "lower prices of propane", "fewer returns of hybrids"),
    project="a seed cooling warehouse in Plum Prairie", deal="Larkspur Soil Laboratories, which tests soil for growers",
    suit="growers in the Mississippi delta, who claim that a lot of sorghum seed was mislabeled",
    season="Most seed is delivered from February to May, while the advances of growers are due in December.",
    about=(
        "Mossgrove has bred maize since {founded} and introduced {count_a} new hybrids in fiscal {y}.",
        "The Company sold {units} thousand bags of seed, compared with {units_was} thousand a year before.",
        "Seed is multiplied by {count_b} contract growers, who are paid by the price of grain on a date that they choose.",
        "A new hybrid takes about seven years from the first cross to the first bag, and one cross in {count_c} is ever sold.",
        "The elevators dried and stored grain for {share_a} of their capacity on average, compared with {share_a_was} in fiscal {yp}.",
        "Research and development expense was {rnd}, or {rnd_share} of net sales, compared with {rnd_was} in fiscal {yp}.",
    ),
    risks=(
        Risk("The weather of a few weeks decides the year", (
            "A wet spring could prevent planting and lead to returns of seed that the Company must take back.",
            "Returns amounted to {small_d} in fiscal {yp}, after rain delayed planting in the northern Plains by {count_d} days.",
            "A drought may damage seed fields and reduce the supply of the best hybrids for the next season.",
        )),
        Risk("Hybrids of competitors may yield more", (
            "A hybrid that yields more could reduce the demand for our seed within a single season.",
            "Heartacre Genetics introduced a line in {yp} that won {share_f} of public yield trials.",
            "Breeding cannot be hurried, and the Company would need years to respond.",
            "Licences on which {share_d} of our hybrids depend expire in {ylater} and may not be renewed.",
        )),
        Risk("Seed may be mixed or mislabeled", (
            "A mixed lot could expose the Company to claims for lost harvests that are far larger than the price of the seed.",
            "Claims for a lot of sorghum sold in fiscal {ypp} were settled for {small_e}, of which insurance paid half.",
            "Labels must state germination, and a failed test would require the return of every bag of the lot.",
        )),
        Risk("Growers buy on credit", (
            "Lower grain prices could impair the ability of growers to pay for seed that they planted in spring.",
            "Receivables from growers were {share_e} of total receivables at year end, and {rate_d} of them were overdue.",
            "The Company recorded a provision of {small_f} in fiscal {y} for growers in the Mississippi delta.",
        )),
    ),
)  # fmt: skip

MAKERS: Final = (TOLVANIC, PELLUCINE, MOSSGROVE)
