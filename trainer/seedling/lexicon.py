"""The words of the invented filings: each slot of the sentence patterns and what may stand in it."""

from typing import Final


def _list(text: str) -> tuple[str, ...]:
    return tuple(entry.strip() for entry in text.split("|"))


SLOTS: Final[dict[str, tuple[str, ...]]] = {
    "we": _list(
        "we|the Company|our company|management|our subsidiaries|the Registrant|{company}|our board of directors"
    ),
    "metric": _list(
        "net sales|total revenue|net revenues|operating income|gross profit|gross margin|cost of sales|net income|"
        "operating expenses|selling, general and administrative expenses|research and development expense|"
        "interest expense|interest income|cash provided by operating activities|capital expenditures|free cash flow|"
        "income tax expense|our effective tax rate|deferred revenue|accounts receivable|inventories|goodwill|"
        "diluted earnings per share|unit volume|subscription revenue|service revenue|product revenue|net interest margin|"
        "the provision for credit losses|comparable store sales|backlog|depreciation and amortization|other income, net"
    ),
    "moved": _list(
        "increased|decreased|rose|fell|grew|declined|was higher by|was lower by|improved|went up|went down|expanded"
    ),
    "cause": _list(
        "higher demand for {product}|lower volumes in {region}|the acquisition of {company}|foreign currency exchange rates|"
        "unfavorable product mix|price increases taken in {year}|higher compensation and benefits|increased headcount|"
        "a decrease in average selling prices|growth in {product}|the timing of payments to vendors|supply constraints|"
        "restructuring charges|an impairment of intangible assets|higher interest rates|stock-based compensation|"
        "lower commodity and freight costs|inflation in raw materials|the loss of a significant customer|"
        "an extra week in fiscal {year}|tariffs on goods imported from {region}|new store openings|advertising spending"
    ),
    "product": _list(
        "our products and services|cloud services|semiconductors|graphics processors|data center systems|beverages|"
        "vehicles|aircraft engines|medical devices|licensed software|mobile devices|consumer loans|natural gas|"
        "industrial equipment|gaming tables|wearables and accessories|private label goods|licensed content|wafers|"
        "the {Name} platform|the {Name} {code}|laboratory instruments|insurance policies|payment cards|"
        "household products|energy storage|online stores|third-party seller services|ceramic proppant|rental property"
    ),
    "region": _list(
        "the United States|North America|Europe|China|Greater China|Japan|the Asia Pacific region|Latin America|Canada|"
        "Mexico|the United Kingdom|Germany|India|Taiwan|emerging markets|the Middle East and Africa|California|Texas|"
        "New York|Delaware|Ireland|international markets|the State of {Name}|{Name}"
    ),
    "segment": _list(
        "the {Name} segment|our Americas segment|the Commercial segment|our Wholesale business|the Services segment|"
        "our Corporate and Other category|the Computing and Graphics segment|our retail operations|the Financing segment"
    ),
    "harm": _list(
        "materially and adversely affect our business|harm our reputation|result in fines and penalties|"
        "reduce demand for {product}|cause our stock price to decline|increase our costs|disrupt our supply chain|"
        "limit our ability to compete|expose us to litigation|delay the introduction of new products|"
        "have a material adverse effect on our results of operations and financial condition|divert management's attention|"
        "require us to write down inventory|lead to the loss of customers|impair our ability to raise capital"
    ),
    "threat": _list(
        "changes in laws and regulations|a failure of our information technology systems|cybersecurity incidents|"
        "natural disasters|political and economic instability|intense competition|global economic conditions|"
        "the loss of key personnel|claims of intellectual property infringement|a pandemic or other public health crisis|"
        "volatility in energy prices|shortages of components|labor disputes|privacy and data protection rules|"
        "trade restrictions and export controls|climate change|defects in {product}|seasonal fluctuations|"
        "dependence on a limited number of suppliers|unauthorized access to confidential information|"
        "the credit risk of our counterparties|changes in consumer preferences|weather conditions|new accounting standards"
    ),
    "asset": _list(
        "cash and cash equivalents|marketable securities|property, plant and equipment|operating lease liabilities|"
        "long-term debt|unsecured senior notes|deferred tax assets|unrecognized tax benefits|intangible assets|"
        "derivative instruments|a revolving credit facility|term loans|commercial paper|trade receivables|pension obligations|"
        "contingent liabilities|accrued warranty costs|noncontrolling interests|shares of common stock|purchase commitments"
    ),
    "judge": _list(
        "significant judgment|the use of estimates|assumptions about future cash flows|fair value measurements|"
        "quoted market prices|discount rates and growth rates|historical experience|the advice of outside counsel"
    ),
    "place": _list(
        "manufacturing facilities|distribution centers|corporate headquarters|research laboratories|retail stores|"
        "warehouses|office space|data centers|mines and plants|leased land|branch offices|aircraft hangars"
    ),
    "person": _list(
        "our chief executive officer|our chief financial officer|the audit committee|our shareholders|employees|"
        "independent directors|our customers|suppliers|competitors|regulators|the Securities and Exchange Commission|"
        "our independent registered public accounting firm|investors|franchisees|the plaintiffs|borrowers|the court"
    ),
    "act": _list(
        "repurchased|issued|sold|acquired|recorded|recognized|paid|borrowed|invested|committed to spend|wrote off|capitalized"
    ),
    "law": _list(
        "the Tax Cuts and Jobs Act|the Sarbanes-Oxley Act of 2002|the Securities Exchange Act of 1934|Rule {code}|"
        "Section {number}{code} of the Code|the Foreign Corrupt Practices Act|ASC {number}|environmental laws|"
        "the General Data Protection Regulation|state insurance laws|antitrust laws|FASB guidance|the {Name} Directive"
    ),
    "period": _list(
        "fiscal {year}|the year ended {date}|{year}|the fourth quarter of {year}|the first half of {year}|the prior year|"
        "the three years ended {date}|the next twelve months|the period"
    ),
    "link": _list(
        "In addition,|However,|As a result,|For example,|Furthermore,|Accordingly,|Historically,|In particular,|"
        "From time to time,|Although no assurance can be given,|Where appropriate,|During {period},|In {period},|"
        "As of {date},|Under {law},|"
        "Because of {threat},|Despite {threat},|Among other things,|Over time,|Subject to {law},|Based on {judge},"
    ),
    "adjective": _list(
        "significant|material|certain|various|substantial|limited|new|existing|future|domestic|foreign|key|current|"
        "long-term|short-term|favorable|adverse|complex|global|strategic|regulatory|commercial|general|specific|similar"
    ),
    "adverb": _list(
        "primarily|partially|generally|typically|substantially|approximately|directly|indirectly|currently|previously|"
        "significantly|continuously|effectively|timely|together|entirely|annually|often|frequently|still|also|only"
    ),
    "verb": _list(
        "depend on|manage|review|monitor|evaluate|develop|market|support|compete with|rely on|maintain|expand|reduce|"
        "protect|obtain|enter into|comply with|benefit from|report|measure|adjust|offer|provide|include|identify|use|"
        "require|continue with"
    ),
    "noun": _list(
        "agreements|customers|markets|technologies|strategies|policies|operations|processes|programs|initiatives|contracts|"
        "licenses|patents|trademarks|systems|networks|channels|resources|services|investments|controls|procedures|risks|"
        "obligations|requirements|opportunities|relationships|standards|brands|stores|partners|projects|benefits|features"
    ),
}
