# ruff: noqa: E501 - sentences read best on one line
"""Three invented companies that sell and serve: software, hospitals and boots."""

from typing import Final

from daemon.samples.companies.base import Company, Risk, Segment, Site

QUILLFERN: Final = Company(
    cik=9_990_000_004, name="Quillfern Software Corporation", short="Quillfern", ticker="QFRNX", voice="we",
    state="Colorado", state_code="CO", city="Larkspur Mesa", street="600 Index Avenue", exchange="Nasdaq",
    sic="7372", sic_name="Services-Prepackaged Software", year_end=(1, 31), first_year=2022,
    shapes=("ixbrl", "ixbrl", "ixbrl"), goods=False,
    revenue=328.0, gross=0.714, selling=0.548, debt=0.22, staff=1910, units=5.6, shares=61.0,
    sales_name="total revenue", cost_name="cost of revenue", margin_name="gross margin", staff_name="team members",
    unit_name="subscribing organizations", customers="libraries, archives and museums", founded=1999,
    trade="writes software that catalogues collections",
    segments=(
        Segment("Subscriptions", "the Fernindex catalogue as a cloud service", 0.71, 0.14),
        Segment("Licenses", "software that customers run themselves", 0.13, -0.06),
        Segment("Professional Services", "migration, scanning and training", 0.16, 0.04),
    ),
    products=("the Fernindex catalogue", "a lending module", "scanning stations", "a rights registry", "reading-room software"),
    regions=("North America", "the United Kingdom", "Australia"),
    inputs=("hosting capacity", "open-source components", "licensed word lists"),
    rivals=("Archivance", "Codex Harbor Systems", "Shelfmark Group"),
    rules=("privacy laws on reading records", "accessibility rules for public websites"),
    sites=(
        Site("Larkspur Mesa, Colorado", "headquarters", "118,000"),
        Site("Aberlour Cross, Scotland", "development center", "37,000"),
        Site("Wattle Creek, Victoria", "support center", "14,000"),
    ),
    more=("state-wide library contracts", "customers that added the lending module", "price increases at renewal",
          "the conversion of license customers to subscriptions"),
    less=("museums that closed branches", "the decline of license maintenance", "contracts that universities renewed for fewer seats",
          "a stronger dollar against the pound"),
    dearer=("higher fees for hosting capacity", "more staff in customer support", "the cost of running two data centers during a move"),
    cheaper=("a renegotiated hosting contract", "fewer migrations per new customer", "the closing of the second data center"),
    project="a new indexing engine", deal="Vellum Imaging, a maker of scanning stations",
    suit="Shelfmark Group, which claims that our rights registry copies its record format",
    season="Public libraries sign most contracts in June and July, after their budgets are approved.",
    about=(
        "We shipped our first catalogue in {founded} and now serve {hundreds_a} buildings in {count_b} countries.",
        "Annual recurring revenue was {recurring} at year end, and {share_a} of it comes from public institutions.",
        "The renewal rate of subscriptions was {used}, compared with {used_was} in fiscal {yp}.",
        "Research and development expense was {rnd} in fiscal {y}, or {rnd_share} of total revenue, compared with {rnd_was} in {yp}.",
        "A new library goes live {count_c} days after the contract on average, because records must be migrated and checked.",
        "Deferred revenue was {small_a} at year end, most of which we expect to recognize within twelve months.",
    ),
    risks=(
        Risk("Outages would close reading rooms", (
            "A failure of our hosting provider could interrupt lending at thousands of branches and lead to refunds.",
            "An outage of {count_d} hours in {yp} affected {share_e} of our customers, and we granted credits of {small_d}.",
            "Our contracts promise an availability of {used}, and a lower one would entitle customers to leave.",
        )),
        Risk("Reading records are private", (
            "A leak of reading records could harm our reputation with libraries and expose us to penalties in several states.",
            "We store the records of about {count_e} million readers and delete them after a book is returned.",
            "Attackers tried to use stolen passwords of librarians in {ypp}, and we reset {count_f} thousand accounts.",
        )),
        Risk("Public budgets may shrink", (
            "Cuts to library budgets could lead to fewer renewals and reduce our recurring revenue.",
            "Public institutions accounted for {share_a} of recurring revenue at the end of fiscal {y}.",
            "The largest state-wide contract, which is {share_f} of total revenue, must be tendered again in {yn}.",
            "Universities have asked for discounts of up to {rate_d} when they renew.",
        )),
        Risk("Free software competes with ours", (
            "A free catalogue that volunteers maintain could reduce the prices that small libraries are willing to pay.",
            "Codex Harbor Systems offers services for such software at {share_e} of our price.",
            "If we fail to finish the new indexing engine in time, customers may prefer to wait for a competitor.",
        )),
    ),
)  # fmt: skip

LARKMOOR: Final = Company(
    cik=9_990_000_006, name="Larkmoor Health Systems, Inc.", short="Larkmoor", ticker="LKMRX", voice="the Company",
    state="Kentucky", state_code="KY", city="Fairhaven Springs", street="45 Infirmary Hill", exchange="NYSE",
    sic="8062", sic_name="Services-General Medical & Surgical Hospitals", year_end=(6, 30), first_year=2022,
    shapes=("html", "ixbrl", "html"), goods=False,
    revenue=1_284.0, gross=0.213, selling=0.124, debt=0.66, staff=9_850, units=118.0, shares=58.1,
    sales_name="patient revenue", cost_name="cost of patient care", margin_name="facility margin", staff_name="employees",
    unit_name="admissions", customers="patients and their insurers", founded=1966, trade="runs hospitals and clinics",
    segments=(
        Segment("Acute Care", "nine hospitals with 1,460 beds", 0.69, 0.04),
        Segment("Outpatient", "surgery centers and clinics", 0.24, 0.10),
        Segment("Home Care", "nursing and therapy at home", 0.07, 0.08),
    ),
    products=("emergency care", "joint replacement", "cardiac surgery", "outpatient imaging", "home nursing"),
    regions=("central Kentucky", "southern Indiana", "the Cumberland plateau"),
    inputs=("nursing staff", "drugs and implants", "medical imaging equipment"),
    rivals=("Bluegrass Mercy Network", "Riverbend Medical Group", "university hospitals"),
    rules=("Medicare payment rules", "state certificates of need"),
    sites=(
        Site("Fairhaven Springs, Kentucky", "teaching hospital with 412 beds", "780,000"),
        Site("New Albion, Indiana", "surgery center", "64,000"),
        Site("Tobacco Ridge, Kentucky", "rural hospital with 88 beds", "142,000"),
        Site("Cumberland Notch, Tennessee", "clinic and home care office", "27,000"),
    ),
    more=("more outpatient surgery", "higher payment rates of commercial insurers", "a state program that pays rural hospitals more",
          "two surgery centers opened in southern Indiana"),
    less=("fewer inpatient admissions", "a larger share of Medicaid patients", "the closing of a maternity ward",
          "claims that an insurer denied after a change of its software"),
    dearer=("higher rates paid for contract nurses", "higher prices of implants", "overtime during the influenza season"),
    cheaper=("fewer contract nurses", "a joint purchase of drugs with two other systems", "shorter stays after joint replacement"),
    project="a cardiac tower in Fairhaven Springs", deal="Ohio Bend Surgical, which owns two surgery centers",
    suit="a former billing manager, who claims that stays at Tobacco Ridge were billed at too high a level",
    season="Admissions are highest from January to March, while elective surgery peaks before insurers' deductibles start anew.",
    about=(
        "Larkmoor opened its first hospital in {founded} and counted {units} thousand admissions in fiscal {y}.",
        "Admissions changed by {units_by} from {units_was} thousand a year before, while outpatient visits kept growing.",
        "Medicare and Medicaid paid {share_a} of patient revenue, and commercial insurers paid most of the rest.",
        "The average stay was {stay} days, compared with {stay_was} days in the year before.",
        "Contract nurses worked {rate_a} of all nursing hours, after {rate_a_was} in fiscal {yp}.",
        "Charity care, measured at cost, amounted to {small_a} in fiscal {y} and {small_a_was} in fiscal {yp}.",
    ),
    risks=(
        Risk("The government sets much of what we are paid", (
            "A cut of Medicare rates could reduce patient revenue without any change in the care that we give.",
            "Medicare and Medicaid paid {share_a} of patient revenue in fiscal {y}, and both pay less than commercial insurers.",
            "A state program that paid rural hospitals {small_e} in fiscal {yp} expires in {yn} and may not be renewed.",
        )),
        Risk("Nurses are scarce", (
            "A shortage of nurses could force the Company to close beds or to pay contract nurses at twice the wage.",
            "Contract nurses cost {small_f} in fiscal {y}, and their hourly rate increased by {share_f} within two years.",
            "The Company kept {count_d} beds closed at Tobacco Ridge for want of staff in {ypp}.",
            "Contracts with two nurses' unions expire in {yn}, and a strike may interrupt elective surgery.",
        )),
        Risk("Claims are denied, and patients cannot pay", (
            "Insurers could deny more claims or pay them later, which would increase our bad debts.",
            "Denied claims were {rate_d} of all claims in fiscal {y}, compared with {rate_d_was} in fiscal {yp}.",
            "Deductibles rise each year, and patients pay less than half of what they owe.",
        )),
        Risk("A stolen record costs more than a stolen wallet", (
            "An attack on our systems could disrupt care, force us to divert ambulances and lead to claims of patients.",
            "A vendor lost the records of {count_e} thousand patients in {ypp}, and notices and credit checks cost {small_d}.",
            "Our insurance against such attacks is limited to {small_f} per event.",
        )),
    ),
)  # fmt: skip

HOBNAIL: Final = Company(
    cik=9_990_000_009, name="Hobnail Outfitters, Inc.", short="Hobnail", ticker="HBNLX", voice="we",
    state="Washington", state_code="WA", city="Cedar Switchback", street="220 Trailhead Parkway", exchange="Nasdaq",
    sic="5661", sic_name="Retail-Shoe Stores", year_end=(2, 28), first_year=2022,
    shapes=("ixbrl", "html", "sgml"), goods=True,
    revenue=706.0, gross=0.438, selling=0.359, debt=0.19, staff=5240, units=5_900.0, shares=38.7,
    sales_name="net sales", cost_name="cost of sales and occupancy", margin_name="gross margin", staff_name="associates",
    unit_name="pairs of footwear", customers="hikers, nurses and line workers", founded=1983,
    trade="sells boots and outdoor clothing",
    segments=(
        Segment("Stores", "boots and clothing in 168 stores of our own", 0.61, 0.03),
        Segment("Online", "direct sales through our website", 0.28, 0.11),
        Segment("Wholesale", "our own boot brand sold to other retailers", 0.11, 0.02),
    ),
    products=("hiking boots", "work boots", "rain shells", "wool socks", "resoled boots"),
    regions=("the Pacific Northwest", "the mountain states", "New England"),
    inputs=("full-grain leather", "rubber soles", "ocean freight"),
    rivals=("Summit & Sole", "Northlake Mercantile", "Trampers Direct"),
    rules=("import duties on footwear", "state laws on chemicals that repel water"),
    sites=(
        Site("Cedar Switchback, Washington", "headquarters and resoling shop", "212,000"),
        Site("Sagebrush Junction, Idaho", "distribution center", "690,000"),
        Site("Portage Mills, Massachusetts", "flagship store", "31,000"),
    ),
    more=("eleven stores opened in the mountain states", "strong demand for work boots", "fewer markdowns on rain shells",
          "faster delivery of online orders"),
    less=("a warm winter and fewer sales of insulated boots", "late arrivals of containers", "fewer visits to stores in malls",
          "the closing of nine stores at the end of their leases"),
    dearer=("higher import duties", "deeper markdowns on insulated boots", "higher rents of new stores"),
    cheaper=("lower rates for ocean freight", "fewer markdowns", "a larger share of boots of our own brand"),
    project="an automated picking hall in Sagebrush Junction", deal="Fellrunner, a maker of trail shoes",
    suit="customers in California, who claim that rain shells were sold as free of certain chemicals",
    season="The third and fourth quarters bring about two thirds of our operating income, when insulated boots are sold.",
    about=(
        "We opened our first store in {founded} beside a trailhead, and {count_a} of our stores still resole boots.",
        "We sold {units} thousand pairs of footwear in fiscal {y}, compared with {units_was} thousand in fiscal {yp}.",
        "Sales of stores open for more than a year changed by {rate_a}, after {rate_a_was} in fiscal {yp}.",
        "Boots of our own brand accounted for {share_a} of net sales and earn a higher margin than those of others.",
        "The loyalty program has {count_b} thousand members, who made {share_b} of all purchases.",
        "We opened stores in the mountain states, closed others at the end of their leases, and spent {small_c} on both in fiscal {y}.",
    ),
    risks=(
        Risk("Warm winters leave boots on the shelf", (
            "A warm winter could reduce the demand for insulated boots and force us to lower prices in February.",
            "Markdowns cost us {small_d} in fiscal {ypp}, when snow fell on {count_d} days fewer than usual.",
            "Orders for winter goods are placed in March, long before the weather of the season is known.",
        )),
        Risk("Our boots come from two countries", (
            "A new import duty could increase the cost of footwear faster than we can raise prices.",
            "Factories in Vietnam and Portugal made {share_e} of the boots that we sold in fiscal {y}.",
            "A closed port or a lack of containers may delay a season, as in {yp}, when boots arrived {count_f} days late.",
            "We would need about eighteen months to qualify factories in another country.",
        )),
        Risk("Malls are losing visitors", (
            "Fewer visitors could impair the stores that we lease in malls, and leases would still have to be paid.",
            "About {share_f} of our stores stand in malls, and visits to them fell by {rate_d} in fiscal {y}.",
            "We recorded an impairment of {small_e} on {count_d} stores in fiscal {yp}.",
        )),
        Risk("Chemicals that repel water are being banned", (
            "State bans could require us to withdraw rain shells that are already in our warehouses.",
            "Shells treated with such chemicals made up {rate_e} of inventories at year end.",
            "A substitute repels water for a shorter time, and customers may return garments that soak through.",
        )),
    ),
)  # fmt: skip

SELLERS: Final = (QUILLFERN, LARKMOOR, HOBNAIL)
