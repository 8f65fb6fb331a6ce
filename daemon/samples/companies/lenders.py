# ruff: noqa: E501 - sentences read best on one line
"""Three invented companies that live on what they own or lend: a bank, a lessor of railcars and a quarry."""

from typing import Final

from daemon.samples.companies.base import Company, Risk, Segment, Site

BRACKWATER: Final = Company(
    cik=9_990_000_002, name="Brackwater Valley Bancshares, Inc.", short="Brackwater", ticker="BWVBX", voice="the Company",
    state="Maryland", state_code="MD", city="Osprey Landing", street="1 Tidewater Square", exchange="Nasdaq",
    sic="6022", sic_name="State Commercial Banks", year_end=(3, 31), first_year=2022,
    shapes=("html", "html", "ixbrl"), goods=False,
    revenue=247.0, gross=0.392, selling=0.118, debt=0.62, staff=1180, units=214.0, shares=21.4,
    sales_name="total revenue", cost_name="interest expense and provision for credit losses", margin_name="margin after funding costs",
    staff_name="employees", unit_name="deposit accounts", customers="households, watermen and small firms", founded=1903,
    trade="takes deposits and makes loans",
    segments=(
        Segment("Community Banking", "deposits and mortgages at 44 branches", 0.58, 0.04),
        Segment("Commercial Lending", "loans to boatyards, farms and builders", 0.30, 0.07),
        Segment("Trust and Wealth", "administration of trusts and retirement accounts", 0.12, 0.06),
    ),
    products=("fixed-rate mortgages", "construction loans", "marina loans", "savings certificates", "trust services"),
    regions=("the eastern shore", "the Brackwater valley", "southern Delaware"),
    inputs=("retail deposits", "advances of the home loan bank", "core processing services"),
    rivals=("Chesterfield Savings", "First Peninsula Bank", "Tidal Credit Union"),
    rules=("the capital rules of the federal banking agencies", "state limits on fees for overdrafts"),
    sites=(
        Site("Osprey Landing, Maryland", "headquarters and main branch", "86,000"),
        Site("Cordgrass, Delaware", "loan center", "29,000"),
        Site("Heron Neck, Maryland", "operations and call center", "41,000"),
    ),
    more=("higher yields on commercial loans", "loans added with branches in southern Delaware", "higher trust fees",
          "borrowers that refinanced floating loans into fixed ones"),
    less=("fewer mortgages sold to investors", "early repayment of construction loans", "lower overdraft fees under the new state limit",
          "deposits that moved to money market funds"),
    dearer=("higher rates paid on savings certificates", "a provision for two marina loans", "the move of deposits into costlier accounts"),
    cheaper=("the release of part of the allowance", "the repayment of advances of the home loan bank", "a larger share of checking accounts"),
    project="a new core processing system", deal="the six branches of Pocomoke Thrift in southern Delaware",
    suit="a borrower in Heron Neck, who claims that a marina loan was called without notice",
    season="Deposits of watermen and hotels rise from June to October and flow out in winter.",
    about=(
        "The bank opened in {founded} to lend to oystermen and today serves {units} thousand deposit accounts at 44 branches.",
        "Loans {loans_moved} by {loans_by} to {loans} at year end from {loans_was} a year before.",
        "Loans past due by ninety days or more were {rate_a} of all loans, compared with {rate_a_was} in the year before.",
        "Deposits of {deposits} funded nearly all loans, and {share_a} of them bore no interest.",
        "No industry accounts for more than {share_c} of commercial loans, and boatyards are the largest of them.",
        "The allowance for credit losses was {allowance}, or 1.18% of loans, at the end of fiscal {y}.",
    ),
    risks=(
        Risk("Interest rates can narrow what we earn", (
            "A rapid rise in short-term rates could increase the cost of deposits faster than the yield on loans.",
            "About {share_d} of loans carry a fixed rate for five years or longer, while certificates renew within {count_d} months.",
            "Model results for a rise of two percentage points showed a fall in net interest income of {share_f}.",
        )),
        Risk("Our borrowers share one shoreline", (
            "A single hurricane could damage the property that secures {share_e} of our loans.",
            "Flood insurance covers buildings but not the income of marinas and hotels that must pay the interest.",
            "After the storm of {ypp} the Company deferred payments on {count_e} loans with balances of {small_e}.",
            "House prices on the eastern shore may fall when insurers withdraw, as three did in {yp}.",
        )),
        Risk("Deposits can leave quickly", (
            "Depositors could move their money by telephone within hours, and the bank would need costlier advances.",
            "Deposits above the insured limit were {share_f} of the total at the end of fiscal {y}.",
            "The bank keeps securities worth {small_f} ready as collateral, which may lose value when rates rise.",
        )),
        Risk("Capital rules may tighten", (
            "Higher capital requirements could limit loan growth and reduce our dividends.",
            "The total capital ratio was {capital} at year end, against a required 10.5%.",
            "An issue of shares at a low price would reduce the earnings per share of present holders.",
        )),
    ),
)  # fmt: skip

IRONBELL: Final = Company(
    cik=9_990_000_005, name="Ironbell Railcar Leasing, Inc.", short="Ironbell", ticker="IRBLX", voice="we",
    state="Missouri", state_code="MO", city="Switchyard", street="800 Roundhouse Drive", exchange="NYSE",
    sic="6159", sic_name="Finance Lessors", year_end=(12, 31), first_year=2022,
    shapes=("sgml", "html", "html"), goods=False,
    revenue=356.0, gross=0.487, selling=0.094, debt=2.35, staff=640, units=41.5, shares=27.8,
    sales_name="lease revenue", cost_name="fleet operating costs", margin_name="lease margin", staff_name="employees",
    unit_name="railcars", customers="shippers and short lines", founded=1958, trade="owns railcars and leases them out",
    segments=(
        Segment("Full-Service Leasing", "tank cars and hoppers that we maintain for shippers", 0.63, 0.05),
        Segment("Net Leasing", "boxcars that lessees maintain themselves", 0.22, 0.02),
        Segment("Repair Shops", "maintenance and cleaning of cars owned by others", 0.15, 0.07),
    ),
    products=("tank cars", "covered hoppers", "boxcars", "pressure cars", "wheel-set exchange"),
    regions=("the Gulf Coast", "the Ohio valley", "western Canada"),
    inputs=("new railcars", "wheel sets", "specialty linings"),
    rivals=("Prairie Union Leasing", "Continental Tank Car", "Blue Summit Rail"),
    rules=("the tank car rules of the transport department", "the interchange rules of the railroads"),
    sites=(
        Site("Switchyard, Missouri", "headquarters and main repair shop", "410,000"),
        Site("Bayou Verdin, Louisiana", "tank cleaning shop", "126,000"),
        Site("Red Coulee, Alberta", "repair track and storage for 1,900 cars", "58,000"),
    ),
    more=("higher renewal rates for tank cars", "cars bought with the Delmar fleet", "fewer hoppers in storage",
          "repairs for other owners before the new tank car rules"),
    less=("returns of sand hoppers", "lower rates on boxcar renewals", "a strike at a western railroad",
          "the sale of older boxcars for scrap"),
    dearer=("more tank requalifications", "higher prices of wheel sets", "storage fees for returned hoppers"),
    cheaper=("fewer cars in storage", "wheel sets rebuilt in our own shop", "lower freight for empty cars"),
    project="a lining shop in Bayou Verdin", deal="the Delmar fleet of 2,300 pressure cars",
    suit="a chemical shipper, who claims that a faulty valve caused a spill near Bayou Verdin",
    season="Few leases begin or end with the season, but grain shippers take hoppers from August to November.",
    about=(
        "We bought our first {count_a} boxcars in {founded} and owned {units} thousand railcars at the end of {y}.",
        "Utilization of the fleet was {used} at year end, compared with {used_was} a year before.",
        "The average lease has {count_b} months left to run, and leases on {share_a} of the cars end in {yn}.",
        "Tank cars make up {share_b} of the fleet by number and a larger share of it by value.",
        "Our shops requalified {hundreds_c} tank cars in {y}, most of them for our own lessees.",
        "We sold older cars for {small_a} and recorded gains of {small_b} on them.",
    ),
    risks=(
        Risk("Leases end, and cars may come back", (
            "A fall in shipments could lead to returns of railcars that earn nothing and must be stored at our cost.",
            "Leases on {share_a} of the cars end in {yn}, and rates on renewals may be lower than those that expire.",
            "In {ypp} lessees returned {hundreds_f} sand hoppers, and storage cost us {small_d}.",
        )),
        Risk("New tank car rules could make cars obsolete", (
            "A rule that requires thicker shells could reduce the lives of {share_e} of our tank cars.",
            "The conversion of a single car costs about {count_d} thousand dollars and takes it out of service for months.",
            "We recorded an impairment of {small_e} in {yp} on cars that no longer meet the rule for crude oil.",
            "Shippers may refuse to pay more for a converted car, in which case we would bear the cost ourselves.",
        )),
        Risk("We borrow far more than we earn", (
            "A rise in interest rates could increase our interest expense faster than lease rates can follow.",
            "Debt was {debt} at year end, against lease revenue of {rev} for the whole year.",
            "If we fail to meet a covenant on utilization, lenders may require early repayment of the secured notes.",
        )),
        Risk("A derailment could exceed our insurance", (
            "A spill from one of our tank cars could lead to claims beyond our insurance of {small_f}.",
            "Owners of cars are named in lawsuits even where the railroad or the track was at fault.",
            "Premiums increased by {share_f} in {y}, and two insurers no longer cover chlorine.",
        )),
    ),
)  # fmt: skip

DUNMARROW: Final = Company(
    cik=9_990_000_010, name="Dunmarrow Aggregates Company", short="Dunmarrow", ticker="DNMWX", voice="we",
    state="Georgia", state_code="GA", city="Quarry Hollow", street="12 Crusher Road", exchange="NYSE",
    sic="1400", sic_name="Mining & Quarrying of Nonmetallic Minerals", year_end=(12, 31), first_year=2022,
    shapes=("ixbrl", "html", "ixbrl"), goods=True,
    revenue=938.0, gross=0.263, selling=0.079, debt=0.71, staff=3120, units=58_400.0, shares=52.6,
    sales_name="net sales", cost_name="cost of sales", margin_name="gross margin", staff_name="employees",
    unit_name="tons of stone", customers="road builders", founded=1947, trade="quarries stone and makes concrete",
    segments=(
        Segment("Stone", "crushed granite and limestone from 31 quarries", 0.57, 0.05),
        Segment("Ready-Mix", "concrete delivered within an hour of mixing", 0.29, 0.03),
        Segment("Paving", "asphalt and the laying of it", 0.14, 0.06),
    ),
    products=("crushed granite", "ready-mix concrete", "asphalt", "rail ballast", "manufactured sand"),
    regions=("northern Georgia", "the Carolinas", "the Tennessee River basin"),
    inputs=("diesel fuel", "cement", "explosives"),
    rivals=("Piedmont Rock", "Stallworth Materials", "Blue Ridge Ready-Mix"),
    rules=("the rules of the mine safety agency", "county zoning of quarries"),
    sites=(
        Site("Quarry Hollow, Georgia", "granite quarry and headquarters", "48,000"),
        Site("Redstone Gap, Tennessee", "limestone quarry and river terminal", "36,000"),
        Site("Catawba Fork, North Carolina", "quarry and asphalt plant", "52,000"),
    ),
    more=("state road programs in northern Georgia", "price increases on crushed granite", "ballast for two rail yards",
          "the first year of the river terminal"),
    less=("rain on {count_a} working days more than a year before", "fewer apartment buildings in the Carolinas",
          "the end of an airport project", "delays in the letting of road contracts"),
    dearer=("higher prices of diesel fuel", "higher cement prices", "more overburden removed at Redstone Gap"),
    cheaper=("larger blasts with fewer delays", "lower prices of diesel fuel", "barges that replaced trucks"),
    project="an electric crushing plant at Redstone Gap", deal="Lindale Sand, which owns two pits on the Catawba",
    suit="neighbors of the Catawba Fork quarry, who claim that blasting damaged their wells",
    season="Little is paved between December and March, and the first quarter usually shows a loss.",
    about=(
        "We opened our first quarry in {founded} and own or lease reserves for about {count_b} years at the present rate.",
        "We shipped {units} thousand tons of stone in {y}, compared with {units_was} thousand in {yp}.",
        "Stone is heavy and cheap, so {share_a} of it is sold within {count_c} miles of the quarry.",
        "The average price of a ton of stone rose by {rate_a} in {y}, after {rate_a_was} in {yp}.",
        "Public works accounted for {share_b} of net sales, and state road programs for most of that.",
        "We restored {hundreds_a} acres of worked-out land and hold {small_a} in reserve for more.",
    ),
    risks=(
        Risk("Road budgets are made by legislatures", (
            "A lapse of the federal road program could delay contracts and reduce our net sales for several seasons.",
            "Public works accounted for {share_b} of net sales in {y}, and contracts are let one year at a time.",
            "The Carolinas postponed projects worth {small_f} in {ypp} when the fuel tax brought in less.",
        )),
        Risk("New quarries are hard to open", (
            "A refusal of county zoning could prevent the opening of reserves that we have already paid for.",
            "A permit takes about {count_d} years, and {count_e} applications of ours are open.",
            "Neighbors may sue even after a permit is granted, as they did at Catawba Fork in {yp}.",
        )),
        Risk("Blasting and heavy trucks are dangerous", (
            "An accident at a quarry could cause injuries and lead the mine safety agency to close the pit.",
            "The agency issued {count_f} citations to us in {y} and proposed penalties of {small_d}.",
            "Haul roads at older pits are steep, and brakes of loaded trucks may fail.",
            "We spent {small_e} on berms and cameras after an accident in {ypp}.",
        )),
        Risk("Fuel and cement cost more when we can least pass it on", (
            "Higher diesel prices could reduce our margin on contracts that were bid a year before.",
            "We burned {count_f} thousand gallons a day, and a change of a dime costs {small_d} a year.",
            "Cement is bought from Stallworth Materials, a competitor that could limit our supply in a shortage.",
        )),
    ),
)  # fmt: skip

LENDERS: Final = (BRACKWATER, IRONBELL, DUNMARROW)
