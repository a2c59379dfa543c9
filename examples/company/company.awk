# company.awk: the sample company, two years of leads and what became of them.
#
#   awk -v seed=1 -v leads=20000 -v into=. -f company.awk     # leads.csv, events.csv
#
# The same seed gives the same files with every awk: all numbers are integers
# below 2^53. The data are messy as real CRMs are: stages are skipped, entered
# again and logged twice; some happen at the same minute, some deals are won
# before the first contact was logged; leads are recycled, lost and churn.

BEGIN {
    OFS = ","
    state = seed * 7919 + 104729
    for (i = 0; i < 10; i++) draw(2)
    horizon = 731 * 1440                      # minutes: 2024 and 2025

    sources = split("Organic Search|Paid Search|Event|Referral|Outbound|Partner|", source, "|")
    split("30|24|12|8|16|7|3", source_weight, "|")
    split("100|93|103|118|82|108|88", source_quality, "|")     # per cent of the usual rates
    split("100|110|90|60|170|90|120", source_delay, "|")
    segments = split("Small business|Mid-market|Enterprise", segment, "|")
    split("50|35|15", segment_weight, "|")
    split("103|100|95", segment_quality, "|")
    split("70|100|190", segment_delay, "|")
    split("1|8|60", employees_scale, "|")
    owners = split("Ana Lima|Ben Okafor|Chloe Martin|Dario Rossi|Emma Berg|Farid Khan|Grace Liu|Hugo Silva", owner, "|")
    split("100|108|96|92|104|100|112|86", owner_quality, "|")
    titles = split("VP Operations|Head of Marketing|IT Manager|CFO|Analyst|Founder|Student|Chief Revenue Officer", title, "|")
    countries = split("US|US|US|DE|GB|FR|BR|IN|CA", country, "|")
    industries = split("software|manufacturing|retail|healthcare|finance|education|logistics", industry, "|")
    domains = split("gmail.com|northwind.example|contoso.example|fabrikam.example|tailspin.example|hotmail.com", domain, "|")
    lost_reasons = split("Price|No decision|Competitor|Timing|Missing feature", lost_reason, "|")

    # the path: the CRM's word, per cent that go on, days that it takes
    steps = split("Lead|Marketing Qualified Lead|Discovery booked|Sales Qualified Lead|Opportunity|Proposal Sent|Negotiation|Closed Won", label, "|")
    split("46|70|62|66|64|70|66", go_on, "|")
    split("9|3|7|6|12|10|8", days, "|")

    # quantiles of the exponential distribution, in thousandths of the mean
    quantiles = split("25|78|134|192|255|322|393|470|553|643|742|851|973|1112|1273|1465|1704|2019|2485|3689", quantile, "|")

    leads_file = into "/leads.csv"
    events_file = into "/events.csv"
    print "lead_key,source,segment,owner,company,title,country,industry,employees,email_domain,visits_30d" > leads_file
    print "lead_key,stage,at,reason" > events_file
    for (n = 1; n <= leads; n++) one_lead(n)
}

# 0 to m - 1, by the minimal standard generator (Park and Miller, 1988)
function draw(m) {
    state = (state * 16807) % 2147483647
    return int(state / 64) % m
}

function chance(per_cent) { return draw(10000) < per_cent * 100 }

function pick(weight, count,    i, r) {
    r = draw(100)
    for (i = 1; i < count; i++) {
        r -= weight[i]
        if (r < 0) break
    }
    return i
}

function minutes(mean_days,    q) {
    q = quantile[1 + draw(quantiles)]
    return 1 + int(mean_days * 1440 * q / 1000) + draw(1 + int(mean_days * 72))
}

function two(n) { return n < 10 ? "0" n : n }

# minutes since 2024-01-01 as ISO text
function iso(m,    day, year, month, length_of, i) {
    day = int(m / 1440); m -= day * 1440
    if (m < 0) { m += 1440; day-- }
    year = 2024
    while (day < 0) { year--; day += year % 4 ? 365 : 366 }
    while (day >= (year % 4 ? 365 : 366)) { day -= year % 4 ? 365 : 366; year++ }
    split("31|28|31|30|31|30|31|31|30|31|30|31", length_of, "|")
    if (year % 4 == 0) length_of[2] = 29
    for (month = 1; day >= length_of[month]; month++) day -= length_of[month]
    return year "-" two(month) "-" two(day + 1) "T" two(int(m / 60)) ":" two(m % 60) ":00Z"
}

function event(key, word, at, reason) {
    if (at >= horizon) return
    print key, word, iso(at), reason > events_file
    if (chance(0.5)) print key, word, iso(at), reason > events_file    # logged twice
}

function one_lead(n,    key, s, g, o, at, k, quality, delay, turns, first, d) {
    key = sprintf("L%06d", n)
    s = pick(source_weight, sources)
    g = pick(segment_weight, segments)
    o = 1 + draw(owners)
    at = draw(horizon)
    if (chance(25)) at = int((at + horizon) / 2)                   # growth
    quality = source_quality[s] * segment_quality[g] / 100
    delay = source_delay[s] * segment_delay[g] / 10000
    first = at
    for (k = 1; k <= 7; k++) d[k] = draw(1000000)
    print key, source[s], segment[g], owner[o], "Company " (1 + d[1] % (int(leads / 3) + 1)), title[1 + d[2] % titles], \
        country[1 + d[3] % countries], industry[1 + d[4] % industries], employees_scale[g] * (2 + d[5] % 40), \
        domain[1 + d[6] % domains], d[7] % 15 > leads_file

    if (chance(20)) event(key, "Website Visitor", at - minutes(4), "")
    event(key, label[1], at, "")
    turns = 0
    for (k = 1; k < steps; k++) {
        if (!chance(go_on[k] * quality / 100 * (k >= 3 ? owner_quality[o] / 100 : 1))) {
            at += minutes(days[k] * delay)
            if (k >= 4 && chance(75)) event(key, "Closed Lost", at, lost_reason[1 + draw(lost_reasons)])
            else if (chance(12)) event(key, "Unqualified", at, "Not whom we serve")
            else if (chance(30)) {
                event(key, "Nurture", at, "Not now")
                if (turns++ == 0 && chance(45)) {                  # comes back once
                    at += minutes(60)
                    event(key, label[2], at, "")
                    k = 1
                    continue
                }
            }
            return
        }
        at += chance(4) ? 0 : minutes(days[k] * delay)             # some at the same minute
        if (k < 6 && k > 1 && chance(7)) continue                  # stage skipped
        event(key, label[k + 1], at, "")
    }
    if (chance(0.8)) event(key, "Closed Won", first - minutes(2), "Won offline")   # before the first contact
    at += minutes(20)
    if (chance(85)) event(key, "Onboarding Complete", at, "")
    if (chance(14)) { event(key, "Cancelled", at + minutes(150), "Left"); return }
    if (chance(25)) event(key, "Upsell", at + minutes(120), "")
    if (chance(60)) event(key, "Renewal", at + 360 * 1440, "")
    if (chance(10)) event(key, "Evangelist", at + minutes(200), "")
}
