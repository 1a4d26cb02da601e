"""The floor's SQL, as one would write it by hand for exactly these pages."""

from __future__ import annotations

_LEADS = """
SELECT l.id, l.name, l.company, s.label AS status, s.tone AS status_tone, r.label AS rating, r.tone AS rating_tone,
       c.label AS source, l.email, l.phone, m.name AS owner, l.created_at
  FROM leads_lead l
  JOIN picklists_choice s ON s.tenant_id = l.tenant_id AND s.id = l.status_id
  LEFT JOIN picklists_choice r ON r.tenant_id = l.tenant_id AND r.id = l.rating_id
  LEFT JOIN picklists_choice c ON c.tenant_id = l.tenant_id AND c.id = l.source_id
  LEFT JOIN users_membership m ON m.tenant_id = l.tenant_id AND m.id = l.owner_id
 WHERE l.tenant_id = %(tenant)s AND l.deleted_at IS NULL
"""
OPEN_LEADS = f"{_LEADS} AND l.status_id = ANY (%(statuses)s::uuid[]) ORDER BY l.created_at DESC, l.id DESC LIMIT 50"
FILTERED_LEADS = (
    f"{_LEADS} AND l.status_id = %(status)s AND l.source_id = %(source)s ORDER BY l.sort_name, l.id LIMIT 50"
)
DEEP_LEADS = f"""{_LEADS} AND (l.created_at, l.id) < (%(created_at)s::timestamptz, %(id)s::uuid)
 ORDER BY l.created_at DESC, l.id DESC LIMIT 50"""

_EVENTS = """
(SELECT json_agg(one ORDER BY one.at DESC) FROM (
    SELECT e.name, e.changes, e.at, m.name AS actor FROM events_event e
      LEFT JOIN users_membership m ON m.tenant_id = e.tenant_id AND m.id = e.actor_id
     WHERE e.tenant_id = r.tenant_id AND e.record_type = '{type}' AND e.record_id = r.id
     ORDER BY e.at DESC LIMIT 30) one) AS events
"""
LEAD = f"""
SELECT r.*, s.label AS status, g.label AS rating, c.label AS source, m.name AS owner, t.name AS team,
       {_EVENTS.format(type="leads")},
       (SELECT json_agg(one) FROM (
            SELECT o.id, o.name, o.job_title FROM leads_lead o
             WHERE o.tenant_id = r.tenant_id AND o.company_key = r.company_key AND o.company_key <> '' AND o.id <> r.id
               AND o.deleted_at IS NULL LIMIT 5) one) AS same_firm
  FROM leads_lead r
  JOIN picklists_choice s ON s.tenant_id = r.tenant_id AND s.id = r.status_id
  LEFT JOIN picklists_choice g ON g.tenant_id = r.tenant_id AND g.id = r.rating_id
  LEFT JOIN picklists_choice c ON c.tenant_id = r.tenant_id AND c.id = r.source_id
  LEFT JOIN users_membership m ON m.tenant_id = r.tenant_id AND m.id = r.owner_id
  LEFT JOIN users_team t ON t.tenant_id = r.tenant_id AND t.id = r.team_id
 WHERE r.tenant_id = %(tenant)s AND r.id = %(id)s AND r.deleted_at IS NULL
"""
ACCOUNT = f"""
SELECT r.*, s.label AS type, i.label AS industry, m.name AS owner, t.name AS team,
       {_EVENTS.format(type="accounts")},
       (SELECT json_agg(one) FROM (
            SELECT c.id, c.name, c.job_title, c.email FROM contacts_contact c
             WHERE c.tenant_id = r.tenant_id AND c.account_id = r.id AND c.deleted_at IS NULL
             ORDER BY c.sort_name LIMIT 9) one) AS contacts,
       (SELECT json_agg(one) FROM (
            SELECT o.id, o.name, o.amount_minor, o.currency, g.label AS stage FROM opportunities_opportunity o
              JOIN picklists_stage g ON g.tenant_id = o.tenant_id AND g.id = o.stage_id
             WHERE o.tenant_id = r.tenant_id AND o.account_id = r.id AND o.deleted_at IS NULL
             ORDER BY o.updated_at DESC LIMIT 9) one) AS opportunities
  FROM accounts_account r
  JOIN picklists_choice s ON s.tenant_id = r.tenant_id AND s.id = r.type_id
  LEFT JOIN picklists_choice i ON i.tenant_id = r.tenant_id AND i.id = r.industry_id
  LEFT JOIN users_membership m ON m.tenant_id = r.tenant_id AND m.id = r.owner_id
  LEFT JOIN users_team t ON t.tenant_id = r.tenant_id AND t.id = r.team_id
 WHERE r.tenant_id = %(tenant)s AND r.id = %(id)s AND r.deleted_at IS NULL
"""

BOARD_TOTALS = """
SELECT g.label, g.id, o.currency, o.number, o.total FROM picklists_stage g
  JOIN (SELECT stage_id, currency, count(*) AS number, sum(amount_minor) AS total FROM opportunities_opportunity
         WHERE tenant_id = %(tenant)s AND deleted_at IS NULL AND stage_id = ANY (%(stages)s::uuid[])
         GROUP BY stage_id, currency) o ON o.stage_id = g.id
 WHERE g.tenant_id = %(tenant)s ORDER BY g."order", o.currency
"""
BOARD_CARDS = """
SELECT o.id, o.name, o.stage_id, o.amount_minor, o.currency, o.stage_since, o.next_step, o.next_step_on,
       a.name AS account, m.name AS owner
  FROM unnest(%(stages)s::uuid[]) AS stage
 CROSS JOIN LATERAL (
       SELECT * FROM opportunities_opportunity
        WHERE tenant_id = %(tenant)s AND stage_id = stage AND deleted_at IS NULL
        ORDER BY updated_at DESC, id DESC LIMIT 25) o
  LEFT JOIN accounts_account a ON a.tenant_id = o.tenant_id AND a.id = o.account_id
  LEFT JOIN users_membership m ON m.tenant_id = o.tenant_id AND m.id = o.owner_id
"""
PIPELINE = """
SELECT g.label AS stage, m.name AS owner, o.currency, o.number, o.total, o.weighted
  FROM (SELECT stage_id, owner_id, currency, count(*) AS number, sum(amount_minor) AS total,
               sum(amount_minor * probability / 100) AS weighted
          FROM opportunities_opportunity
         WHERE tenant_id = %(tenant)s AND deleted_at IS NULL AND stage_id = ANY (%(stages)s::uuid[])
         GROUP BY stage_id, owner_id, currency) o
  JOIN picklists_stage g ON g.tenant_id = %(tenant)s AND g.id = o.stage_id
  LEFT JOIN users_membership m ON m.tenant_id = %(tenant)s AND m.id = o.owner_id
 ORDER BY m.name, g."order", o.currency
"""

_TASKS = """
  FROM activities_activity a
 WHERE a.tenant_id = %(tenant)s AND a.owner_id = %(me)s AND a.kind = 'task' AND a.completed_at IS NULL
   AND a.deleted_at IS NULL AND a.due_on BETWEEN due.first AND due.last
"""
_NAMED = """LEFT JOIN {table} {type}
    ON {type}.tenant_id = l.tenant_id AND l.record_type = '{type}' AND {type}.id = l.record_id"""
HOME_TASKS = f"""
SELECT due.name AS due, (SELECT count(*) FROM (SELECT {_TASKS} LIMIT 101) one) AS number, t.id, t.subject, t.due_on,
       l.record_type, l.record_id,
       coalesce(leads.name, accounts.name, contacts.name, opportunities.name, vendors.name) AS record
  FROM (VALUES ('overdue', '-infinity'::date, %(today)s::date - 1), ('today', %(today)s::date, %(today)s::date),
               ('soon', %(today)s::date + 1, %(today)s::date + 7)) due (name, first, last)
 CROSS JOIN LATERAL (SELECT a.id, a.subject, a.due_on {_TASKS} ORDER BY a.due_on, a.id LIMIT 25) t
  LEFT JOIN activities_activitylink l ON l.tenant_id = %(tenant)s AND l.activity_id = t.id
  {_NAMED.format(table="leads_lead", type="leads")}
  {_NAMED.format(table="accounts_account", type="accounts")}
  {_NAMED.format(table="contacts_contact", type="contacts")}
  {_NAMED.format(table="opportunities_opportunity", type="opportunities")}
  {_NAMED.format(table="vendors_vendor", type="vendors")}
 ORDER BY due.first, t.due_on, t.id
"""
HOME_MEETINGS = """
SELECT id, subject, occurred_at FROM activities_activity
 WHERE tenant_id = %(tenant)s AND owner_id = %(me)s AND kind = 'meeting' AND deleted_at IS NULL
   AND occurred_at > created_at AND occurred_at >= %(today)s::date
 ORDER BY occurred_at, id LIMIT 50
"""
HOME_WAITING = """
SELECT o.id, o.name, o.amount_minor, o.currency, o.next_step, o.next_step_on, o.expected_close_on,
       coalesce(a.name, c.name) AS buyer
  FROM (SELECT * FROM opportunities_opportunity
         WHERE tenant_id = %(tenant)s AND owner_id = %(me)s AND deleted_at IS NULL AND stage_id = ANY (%(open)s::uuid[])
           AND (next_step_on <= %(today)s::date + 7 OR expected_close_on <= %(today)s::date + 7)
         ORDER BY least(next_step_on, expected_close_on), id LIMIT 8) o
  LEFT JOIN accounts_account a ON a.tenant_id = o.tenant_id AND a.id = o.account_id
  LEFT JOIN contacts_contact c ON c.tenant_id = o.tenant_id AND c.id = o.contact_id
 ORDER BY least(o.next_step_on, o.expected_close_on), o.id
"""
_NEW_LEADS = """
SELECT id, name, company, owner_id, updated_at FROM leads_lead
 WHERE tenant_id = %(tenant)s AND status_id = ANY (%(new)s::uuid[]) AND deleted_at IS NULL
"""
HOME_LEADS = f"""
({_NEW_LEADS} AND owner_id = %(me)s ORDER BY updated_at DESC, id DESC LIMIT 8) UNION ALL
({_NEW_LEADS} AND owner_id IS NULL AND team_id IS NULL ORDER BY updated_at DESC, id DESC LIMIT 8)
"""
HOME_WEEK = """
SELECT currency, opened_on > %(today)s::date - 7 AS opened_lately, closed_on > %(today)s::date - 7 AS closed_lately,
       opened_on > %(today)s::date - 14 AS opened, stage_id = ANY (%(won)s::uuid[]) AS won,
       stage_id = ANY (%(lost)s::uuid[]) AS lost, count(*) AS number, sum(amount_minor) AS total
  FROM opportunities_opportunity
 WHERE tenant_id = %(tenant)s AND deleted_at IS NULL
   AND (opened_on BETWEEN %(today)s::date - 13 AND %(today)s OR closed_on BETWEEN %(today)s::date - 13 AND %(today)s)
 GROUP BY 1, 2, 3, 4, 5, 6
"""
