"""Who may open what: every URL of a workspace, with the answer to admin, manager, rep and read-only.

A row is the URL's name, the method, its arguments, and the four statuses. ``$lead`` is the id of the sample lead
(``samples.py``); ``…_mate`` is of the rep's team but not theirs, ``…_west`` of another team. 404 is how a refusal
looks, 303 where a write leads. A form sends DELETE as POST with ``_method``, and so does the test. A URL without a
row, and a row without a URL, fail ``test_urls.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.permissions.setup_rows import SETUP

ROLES = ("admin", "manager", "rep", "read_only")


@dataclass(frozen=True)
class Row:
    """``data`` is what the form holds; like ``arguments`` it may name samples."""

    name: str
    method: str
    arguments: dict[str, str]
    statuses: dict[str, int]
    data: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return " ".join([self.name, self.method, *self.arguments.values()])


# Every record type has these. What differs is the rep: {see} and {move} are the answers about another team's record,
# {mate} is the answer about changing one of a team mate's.
RECORDS = """
{key}:list      GET     -                                             200 200 200 200
{key}:bin       GET     -                                             200 200 200 200
{key}:export    GET     -                                             200 200 200 404
{key}:export_xlsx GET   -                                             200 200 200 404
{key}:columns   GET     -                                             200 200 200 200
{key}:new       GET     -                                             200 200 200 404
{key}:new       POST    -                                             303 303 303 404
{key}:record    GET     record_id=${one}                              200 200 200 200
{key}:record    GET     record_id=${one}_west                         200 200 {see} 200
{key}:record    GET     record_id=${one}_deleted                      404 404 404 404
{key}:preview   GET     record_id=${one}                              200 200 200 200
{key}:preview   GET     record_id=${one}_west                         200 200 {see} 200
{key}:preview   GET     record_id=${one}_deleted                      404 404 404 404
{key}:history   GET     record_id=${one}                              200 200 200 200
{key}:history   GET     record_id=${one}_west                         200 200 {see} 200
{key}:access    GET     record_id=${one}                              200 200 200 200
{key}:access    GET     record_id=${one}_west                         200 200 {see} 200
{key}:edit      GET     record_id=${one}                              200 200 200 404
{key}:edit      GET     record_id=${one}_mate                         200 200 {mate_get} 404
{key}:edit      GET     record_id=${one}_west                         200 404 404 404
{key}:edit      POST    record_id=${one}                              303 303 303 404
{key}:edit      POST    record_id=${one}_mate                         303 303 {mate_post} 404
{key}:edit      POST    record_id=${one}_west                         303 404 404 404
{key}:field     GET     record_id=${one} name={field}                 200 200 200 404
{key}:field     GET     record_id=${one}_west name={field}            200 404 404 404
{key}:field     POST    record_id=${one} name={field}                 303 303 303 404
{key}:field     POST    record_id=${one}_west name={field}            303 404 404 404
{key}:deletion  GET     record_id=${one}                              200 200 200 404
{key}:deletion  GET     record_id=${one}_mate                         200 200 404 404
{key}:deletion  POST    record_id=${one}                              303 303 303 404
{key}:deletion  POST    record_id=${one}_mate                         303 303 404 404
{key}:deletion  POST    record_id=${one}_west                         303 404 404 404
{key}:deletion  DELETE  record_id=${one}_deleted                      303 303 303 404
activities:timeline GET record_type={key} record_id=${one}            200 200 200 200
activities:timeline GET record_type={key} record_id=${one}_west       200 200 {see} 200
lookup:options  GET     key={key}                                     200 200 200 200
saved_views:index GET   key={key}                                     200 200 200 200
imports:new     GET     key={key}                                     200 200 404 404
imports:new     POST    key={key}                                     303 303 404 404
"""

RECORD_TYPES = (
    {"key": "leads", "one": "lead", "field": "last_name", "see": "404", "mate_get": "200", "mate_post": "303"},
    {"key": "accounts", "one": "account", "field": "name", "see": "200", "mate_get": "200", "mate_post": "303"},
    {"key": "vendors", "one": "vendor", "field": "name", "see": "200", "mate_get": "200", "mate_post": "303"},
    {"key": "contacts", "one": "contact", "field": "last_name", "see": "200", "mate_get": "200", "mate_post": "303"},
    {
        "key": "opportunities",
        "one": "opportunity",
        "field": "name",
        "see": "404",
        "mate_get": "404",
        "mate_post": "404",
    },
)

FUNNEL = """
leads:board            GET     -                                      200 200 200 200
leads:change           GET     record_id=$lead event_id=$lead_event                          303 303 303 404
leads:change           DELETE  record_id=$lead event_id=$lead_event                          303 303 303 404
leads:change           DELETE  record_id=$lead_west event_id=$lead_event                     404 404 404 404
opportunities:change   GET     record_id=$opportunity event_id=$opportunity_event            303 303 303 404
opportunities:change   DELETE  record_id=$opportunity event_id=$opportunity_event            303 303 303 404
opportunities:change   DELETE  record_id=$opportunity_west event_id=$opportunity_event       404 404 404 404
vendors:moving         GET     record_id=$account                     200 200 200 404
vendors:moving         GET     record_id=$account_mate                200 200 404 404
vendors:moving         GET     record_id=$account_west                200 404 404 404
vendors:moving         POST    record_id=$account                     303 303 303 404
vendors:moving         POST    record_id=$account_mate                303 303 404 404
vendors:moving         POST    record_id=$account_west                303 404 404 404
vendors:moving_back    DELETE  record_id=$vendor                      303 303 303 404
vendors:moving_back    DELETE  record_id=$vendor_west                 303 404 404 404
leads:status           GET     record_id=$lead                        200 200 200 404
leads:status           GET     record_id=$lead_west                   200 404 404 404
leads:status           POST    record_id=$lead                        303 303 303 404
leads:status           POST    record_id=$lead_west                   303 404 404 404
leads:closing          GET     record_id=$lead                        200 200 200 404
leads:closing          GET     record_id=$lead_west                   200 404 404 404
leads:closing          POST    record_id=$lead                        303 303 303 404
leads:closing          POST    record_id=$lead_west                   303 404 404 404
leads:closing          DELETE  record_id=$lead_closed                 303 303 303 404
leads:card             GET     -                                      200 200 200 404
leads:card             POST    -                                      303 303 303 404
leads:taking           POST    record_id=$lead_pool                   303 303 303 404
leads:taking           POST    record_id=$lead_west                   303 303 404 404
leads:taking           DELETE  record_id=$lead                        303 303 303 404
leads:taking           DELETE  record_id=$lead_west                   303 404 404 404
leads:bad              POST    record_id=$lead                        303 303 303 404
leads:bad              POST    record_id=$lead_west                   303 404 404 404
leads:together         GET     record_id=$lead                        303 303 303 303
leads:together         GET     record_id=$lead_west                   303 303 404 303
leads:together         POST    record_id=$lead                        303 303 303 404
leads:together         POST    record_id=$lead_west                   303 404 404 404
leads:conversion       GET     record_id=$lead                        200 200 200 404
leads:conversion       GET     record_id=$lead_west                   200 404 404 404
leads:conversion       GET     record_id=$lead_converted              200 200 200 200
leads:conversion       POST    record_id=$lead                        303 303 303 404
leads:conversion       POST    record_id=$lead_west                   303 404 404 404
leads:conversion       DELETE  record_id=$lead_converted              303 303 303 404
leads:conversion_undo  GET     record_id=$lead_converted              200 200 200 404
leads:vetting          GET     record_id=$lead                        200 200 200 200
leads:vetting          GET     record_id=$lead_west                   200 200 404 200
leads:vetting_answer   POST    record_id=$lead criterion_id=$criterion       303 303 303 404
leads:vetting_answer   POST    record_id=$lead_west criterion_id=$criterion  303 404 404 404
lists:of_record        GET     record_type=leads record_id=$lead             200 200 200 404
lists:of_record        GET     record_type=leads record_id=$lead_west        200 404 404 404
lists:of_record        GET     record_type=contacts record_id=$contact       200 200 200 404
lists:of_record        POST    record_type=leads record_id=$lead             303 303 303 404
lists:of_record        POST    record_type=leads record_id=$lead_west        303 404 404 404
lists:of_record        POST    record_type=contacts record_id=$contact       303 303 303 404
leads:edit             GET     record_id=$lead_converted              409 409 409 404
opportunities:board    GET     -                                      200 200 200 200
opportunities:stage    GET     record_id=$opportunity                 200 200 200 404
opportunities:stage    GET     record_id=$opportunity_mate            200 200 404 404
opportunities:stage    GET     record_id=$opportunity_west            200 404 404 404
opportunities:stage    POST    record_id=$opportunity                 303 303 303 404
opportunities:stage    POST    record_id=$opportunity_mate            303 303 404 404
opportunities:stage    POST    record_id=$opportunity_west            303 404 404 404
opportunities:stage_times GET  record_id=$opportunity                 200 200 200 200
opportunities:stage_times GET  record_id=$opportunity_west            200 200 404 200
opportunities:reopening   GET  record_id=$deal_won                    200 200 200 404
opportunities:reopening   GET  record_id=$opportunity_west            303 404 404 404
opportunities:reopening   POST record_id=$deal_won                    303 303 303 404
opportunities:reopening   POST record_id=$opportunity_west            303 404 404 404
opportunities:contact_roles GET  record_id=$opportunity               200 200 200 404
opportunities:contact_roles GET  record_id=$opportunity_west          200 404 404 404
opportunities:contact_roles POST record_id=$opportunity               303 303 303 404
opportunities:contact_role  GET  record_id=$deal_won contact_id=$person    303 303 303 404
opportunities:contact_role  POST record_id=$deal_won contact_id=$person    303 303 303 404
opportunities:contact_role  POST record_id=$opportunity contact_id=$person 404 404 404 404
opportunities:contact_role  DELETE record_id=$deal_won contact_id=$person  303 303 303 404
accounts:type          GET     record_id=$account                     200 200 200 404
accounts:type          GET     record_id=$account_west                200 404 404 404
accounts:type          POST    record_id=$account                     303 303 303 404
accounts:type          POST    record_id=$account_west                303 404 404 404
"""

DAY = """
home:my_day            GET     -                                      200 200 200 200
search:results         GET     -                                      200 200 200 200
search:palette         GET     -                                      200 200 200 200
users:profile          GET     -                                      200 200 200 200
users:profile          POST    -                                      303 303 303 303
users:look             POST    -                                      303 303 303 303
activities:tasks       GET     -                                      200 200 200 200
activities:new         GET     -                                      200 200 200 200
activities:new         POST    -                                      303 303 303 303
activities:completion  POST    activity_id=$task                      303 303 303 404
activities:completion  POST    activity_id=$task_west                 303 404 404 404
activities:completion  POST    activity_id=$note                      404 404 404 404
activities:completion  DELETE  activity_id=$task                      303 303 303 404
activities:due         POST    activity_id=$task                      303 303 303 404
activities:due         POST    activity_id=$task_west                 303 404 404 404
activities:owner       GET     activity_id=$task                      200 200 200 404
activities:owner       GET     activity_id=$task_west                 200 404 404 404
activities:owner       GET     activity_id=$note                      404 404 404 404
activities:owner       POST    activity_id=$task                      303 303 303 404
activities:owner       POST    activity_id=$task_west                 303 404 404 404
activities:edit        GET     activity_id=$note                      200 200 200 404
activities:edit        GET     activity_id=$task_west                 200 404 404 404
activities:edit        POST    activity_id=$note                      303 303 303 404
activities:edit        POST    activity_id=$task_west                 303 404 404 404
activities:deletion    POST    activity_id=$note                      303 303 303 404
activities:deletion    POST    activity_id=$task_west                 303 404 404 404
activities:deletion    DELETE  activity_id=$note_deleted              303 303 303 404
activities:file        GET     file_id=$file                          200 200 200 200
activities:file        GET     file_id=$file_west                     200 200 404 200
activities:file        GET     file_id=$file_deleted                  404 404 404 404
activities:file_deletion POST  file_id=$file                          303 303 303 404
activities:file_deletion POST  file_id=$file_west                     303 404 404 404
activities:file_deletion DELETE file_id=$file_deleted                 303 303 303 404
lookup:any             GET     -                                      200 200 200 404
saved_views:new        GET     key=leads                              200 200 200 200
saved_views:new        POST    key=leads                              303 303 303 303
saved_views:view       GET     key=leads view_id=$view_ana            404 404 200 404
saved_views:view       GET     key=leads view_id=$view_shared         200 404 404 404
saved_views:view       POST    key=leads view_id=$view_ana            404 404 303 404
saved_views:view       POST    key=leads view_id=$view_shared         303 404 404 404
saved_views:view       POST    key=leads view_id=$view_shipped        303 404 404 404
saved_views:state      GET     key=leads view_id=$view_ana            404 404 200 404
saved_views:state      GET     key=leads view_id=$view_shipped        200 404 404 404
saved_views:state      POST    key=leads view_id=$view_ana            404 404 303 404
saved_views:state      POST    key=leads view_id=$view_shipped        303 404 404 404
saved_views:state      DELETE  key=leads view_id=$view_ana            404 404 303 404
saved_views:state      DELETE  key=leads view_id=$view_shipped        303 404 404 404
saved_views:deletion   POST    key=leads view_id=$view_ana            404 404 303 404
saved_views:deletion   POST    key=leads view_id=$view_shared         303 404 404 404
saved_views:deletion   DELETE  key=leads view_id=$view_deleted        303 404 303 404
saved_views:pin        POST    key=leads view_id=$view_shared         303 303 303 303
saved_views:pin        POST    key=leads view_id=$view_ana            404 404 303 404
saved_views:pin        DELETE  key=leads view_id=$view_shared         303 303 303 303
saved_views:default    POST    key=leads view_id=$view_shared         303 404 404 404
bulk:index             GET     -                                      200 200 200 200
bulk:new               GET     key=leads                              303 303 303 303
bulk:new               POST    key=leads                              303 303 303 404
bulk:run               GET     run_id=$bulk_run                       200 404 200 404
bulk:run               POST    run_id=$bulk_run                       303 404 303 404
bulk:run               DELETE  run_id=$bulk_run                       303 404 303 404
bulk:refused           GET     run_id=$bulk_run                       200 404 200 404
reports:index          GET     -                                      200 200 200 200
reports:report         GET     key=pipeline                           200 200 200 200
reports:report         GET     key=close-ratio                        200 200 200 200
reports:report         GET     key=accounts-by-type                   200 200 200 200
reports:report         GET     key=funnel                             200 200 200 200
reports:report         GET     key=failures                           200 200 200 200
reports:report_csv     GET     key=pipeline                           200 200 200 404
reports:report_csv     GET     key=close-ratio                        200 200 200 404
reports:report_csv     GET     key=accounts-by-type                   200 200 200 404
reports:report_csv     GET     key=funnel                             200 200 200 404
reports:report_csv     GET     key=failures                           200 200 200 404
imports:index          GET     -                                      200 200 404 404
imports:columns        GET     run_id=$import_waiting                 200 404 404 404
imports:columns        POST    run_id=$import_waiting                 303 404 404 404
imports:reading        POST    run_id=$import_waiting                 303 404 404 404
imports:page            GET     run_id=$import_waiting                 303 404 404 404
imports:page            GET     run_id=$import_tried                   200 404 404 404
imports:run            POST    run_id=$import_tried                   303 404 404 404
imports:run            DELETE  run_id=$import_tried                   303 404 404 404
notices:index          GET     -                                      200 200 200 200
notices:reading        POST    -                                      303 303 303 303
kept:form              GET     kept_id=$kept_ana                      404 404 200 404
notices:notice         GET     notice_id=$notice_ana                  404 404 303 404
imports:refused        GET     run_id=$import_tried                   200 404 404 404
"""

LEAD = {"last_name": "Lead", "email": "x@lead.example"}
DEAL = {
    "name": "Deal",
    "account_id": "$account",
    "stage": "$stage",
    "amount_currency": "USD",
    "opened_on": "2026-01-05",
}

# What the forms hold that are not sent empty: by the URL's name, and its arguments where they make a difference.
DATA: dict[str, dict[str, str]] = {
    "leads:new": LEAD,
    "leads:edit": LEAD,
    "leads:field": LEAD,
    "leads:card": {"name": "Carla Card", "email": "carla@card.example"},
    "leads:together": {"lead": "$lead_mate"},
    "leads:status": {"status": "$status_working"},
    "leads:closing": {"unqualified_reason": "$reason"},
    "leads:conversion": {"accounts": "new", "accounts-name": "Kestrel", "contacts": "none", "opportunities": "none"},
    "accounts:new": {"name": "Kestrel", "type": "$prospect"},
    "accounts:edit": {"name": "Kestrel", "type": "$prospect"},
    "accounts:field": {"name": "Kestrel"},
    "accounts:type": {"type": "$customer", "keep": "on"},
    **{f"vendors:{page}": {"name": "Paper Mill"} for page in ("new", "edit", "field")},
    "contacts:new": {"last_name": "Contact"},
    "contacts:edit": {"last_name": "Contact"},
    "contacts:field": {"last_name": "Contact"},
    "opportunities:new": {**DEAL, "account": "$account_name"},
    "opportunities:edit": {
        "name": "Deal",
        "account": "$account_name",
        "account_id": "$account",
        "opened_on": "2026-01-05",
    },
    "opportunities:field": {"name": "Deal"},
    "opportunities:stage": {"stage": "$stage_won"},
    "opportunities:reopening": {"stage": "$stage"},
    "opportunities:contact_roles": {"contact": "$contact_name", "contact_id": "$contact", "role": "$contact_part"},
    "users:profile": {"name": "Another Name"},
    "users:look": {"theme": "dark"},
    "activities:new": {"kind": "task", "body": "Tidy up"},
    "activities:owner": {"owner": "$max"},
    "activities:edit": {"subject": "Said otherwise", "body": "More", "occurred_at": "2026-01-05T10:00"},
    "saved_views:new": {"name": "Mine", "audience": "own"},
    "saved_views:view": {"name": "Renamed", "audience": "all"},
    "bulk:new": {"action": "owner", "id": "$lead", "to-owner": "$max", "go": "1"},
    "imports:new": {"file": "@csv"},
    "imports:reading": {"encoding": "cp1252", "separator": ",", "header": "1"},
    "imports:run": {"import": "1"},
    "imports:columns": {"column_0": "name", "column_1": "industry", "column_2": "owner", "dry_run": "1"},
    "setup:workspace": {
        "name": "Renamed",
        "time_zone": "Europe/Berlin",
        "currency": "EUR",
        "language": "en",
    },
    "setup:role_fields": {"phone": "hidden", "email": "read_only"},
    "setup:names": {"leads": "Enquiry", "leads_several": "Enquiries"},
    "setup:lead_policy": {"uses": "on", "rule": "block", "source": "$source"},
    "setup:field_map": {
        "company-accounts": "name",
        "first_name-contacts": "first_name",
        "last_name-contacts": "last_name",
        "email-contacts": "email",
    },
    "setup:invite": {"name": "Nora", "email": "nora@else.example", "role": "$role", "team": "$east"},
    "setup:person": {"name": "Sam Renamed", "role": "$role", "team": "$east"},
    "setup:new_team": {"name": "South", "parent": "$east"},
    "setup:team": {"name": "Renamed", "parent": "$west"},
    "setup:new_role": {
        "name": "Partner",
        **{f"{one['key']}-{verb}": "none" for one in RECORD_TYPES for verb in ("view", "create", "edit", "delete")},
    },
    "setup:new_pipeline": {"name": "Renewals"},
    "setup:pipeline": {"name": "Renamed"},
    "setup:pipeline_position": {"to": "down"},
    "setup:new_entry": {
        "label": "Renamed",
        "meaning": "open",
        "probability": "10",
        "forecast_category": "pipeline",
    },
    "setup:entry_position": {"to": "down"},
    "setup:account_life": {"months": "18"},
    "setup:run_lapsing": {},
    "setup:import_files": {"days": "30"},
    "setup:contact_accounts": {"needed": "yes"},
    "leads:vetting_answer": {"answer": "yes", "evidence": "Said so on the phone", "seen": ""},
    "lists:of_record": {"lists": "$mailing_list"},
    "setup:new_criterion": {"label": "Commitment", "weight": "2"},
    "setup:criterion": {"label": "Renamed", "weight": "3"},
    "setup:criterion_position": {"to": "down"},
    "setup:conversion_gate": {"needs": "some", "criteria": "$criterion", "unmet": "block"},
    "setup:new_mailing_list": {"name": "Another"},
    "setup:mailing_list": {"name": "Renamed"},
    "setup:new_field": {"kind": "text", "label": "Budget code"},
    "setup:field": {"label": "Renamed"},
    "setup:field_position": {"to": "down"},
    "setup:tag": {"name": "Renamed"},
}
TASK = {"subject": "Call them again", "owner": "$sam", "due_on": "2026-12-01"}
DATA["activities:edit $task_west"] = TASK
DATA["opportunities:reopening $opportunity_west"] = {}  # it is open already
DATA["setup:role"] = DATA["setup:new_role"]
DATA["setup:entry"] = DATA["setup:new_entry"]


# A link that is shown once, in the answer itself; and the mailbox, which only the demo of a trial run has.
NOT_LIKE_OTHER_SETUP = """
setup:password_link    POST    id=$sam        200 404 404 404
setup:password_link    GET     id=$sam        303 404 404 404
setup:mailbox          GET     -              404 404 404 404
setup:mail             GET     name=x         404 404 404 404
setup:mail_html        GET     name=x         404 404 404 404
"""


def _row(line: str) -> Row:
    name, method, *rest = line.split()
    arguments = dict(part.split("=") for part in rest if "=" in part)
    statuses = [int(part) for part in rest if part.isdigit()]
    data = DATA.get(" ".join([name, *arguments.values()]), DATA.get(name, {})) if method == "POST" else {}
    return Row(name, method, arguments, dict(zip(ROLES, statuses, strict=True)), data)


def _rows() -> list[Row]:
    lines = [line for each in RECORD_TYPES for line in RECORDS.format(**each).splitlines()]
    lines += FUNNEL.splitlines() + DAY.splitlines() + NOT_LIKE_OTHER_SETUP.splitlines()
    lines += [f"{line} {200 if 'GET' in line else 303} 404 404 404" for line in SETUP.splitlines() if line]
    return [_row(line) for line in lines if line]


ROWS = _rows()
