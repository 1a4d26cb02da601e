"""The rows of the setup pages for ``table.py``: all of them are the admin's alone."""

from __future__ import annotations

SETUP = """
setup:index                  GET     -
setup:workspace              GET     -
setup:workspace              POST    -
setup:names                  GET     -
setup:names                  POST    -
setup:lead_policy            GET     -
setup:lead_policy            POST    -
setup:field_map              GET     -
setup:field_map              POST    -
setup:field_map              DELETE  -
setup:people                 GET     -
setup:invite                 GET     -
setup:invite                 POST    -
setup:person                 GET     id=$sam
setup:person                 GET     id=$invited
setup:person                 POST    id=$sam
setup:person_deactivation    GET     id=$sam
setup:person_deactivation    POST    id=$sam
setup:person_deactivation    DELETE  id=$sam
setup:invitation             POST    id=$invited
setup:teams                  GET     -
setup:new_team               GET     -
setup:new_team               POST    -
setup:team                   GET     id=$east
setup:team                   POST    id=$east
setup:team_deletion          GET     id=$spare_team
setup:team_deletion          POST    id=$spare_team
setup:roles                  GET     -
setup:new_role               GET     -
setup:new_role               POST    -
setup:role                   GET     id=$spare_role
setup:role                   POST    id=$spare_role
setup:role_fields            GET     id=$spare_role type=leads
setup:role_fields            POST    id=$spare_role type=leads
setup:role_deletion          GET     id=$spare_role
setup:role_deletion          POST    id=$spare_role
setup:pipelines              GET     -
setup:new_pipeline           GET     -
setup:new_pipeline           POST    -
setup:pipeline               GET     id=$pipeline
setup:pipeline               POST    id=$pipeline
setup:pipeline_position      POST    id=$pipeline
setup:pipeline_deactivation  POST    id=$spare_pipeline
setup:pipeline_deactivation  DELETE  id=$spare_pipeline
setup:pipeline_deletion      GET     id=$spare_pipeline
setup:pipeline_deletion      POST    id=$spare_pipeline
setup:list                   GET     key=lead_source
setup:list                   GET     key=$pipeline
setup:new_entry              GET     key=lead_source
setup:new_entry              POST    key=lead_source
setup:new_entry              GET     key=$pipeline
setup:new_entry              POST    key=$pipeline
setup:entry                  GET     key=lead_source id=$source
setup:entry                  POST    key=lead_source id=$source
setup:entry                  GET     key=$pipeline id=$stage
setup:entry                  POST    key=$pipeline id=$stage
setup:entry_position         POST    key=lead_source id=$source
setup:entry_position         POST    key=$pipeline id=$stage
setup:entry_deactivation     POST    key=lead_source id=$spare_source
setup:entry_deactivation     DELETE  key=lead_source id=$spare_source
setup:entry_deactivation     POST    key=$pipeline id=$spare_stage
setup:entry_deletion         GET     key=lead_source id=$spare_source
setup:entry_deletion         POST    key=lead_source id=$spare_source
setup:entry_deletion         GET     key=$pipeline id=$stage
setup:entry_deletion         POST    key=$pipeline id=$spare_stage
setup:criteria               GET     -
setup:new_criterion          GET     -
setup:new_criterion          POST    -
setup:criterion              GET     id=$criterion
setup:criterion              POST    id=$criterion
setup:criterion_position     POST    id=$criterion
setup:criterion_deactivation POST    id=$criterion
setup:criterion_deactivation DELETE  id=$criterion
setup:criterion_deletion     GET     id=$spare_criterion
setup:criterion_deletion     POST    id=$spare_criterion
setup:conversion_gate        GET     -
setup:conversion_gate        POST    -
setup:mailing_lists          GET     -
setup:new_mailing_list       GET     -
setup:new_mailing_list       POST    -
setup:mailing_list           GET     id=$mailing_list
setup:mailing_list           POST    id=$mailing_list
setup:mailing_list_deactivation POST    id=$mailing_list
setup:mailing_list_deactivation DELETE  id=$mailing_list
setup:mailing_list_deletion  GET     id=$spare_list
setup:mailing_list_deletion  POST    id=$spare_list
setup:account_life           GET     -
setup:account_life           POST    -
setup:run_lapsing            GET     -
setup:run_lapsing            POST    -
setup:import_files           GET     -
setup:import_files           POST    -
setup:contact_accounts       GET     -
setup:contact_accounts       POST    -
setup:fields                 GET     type=leads
setup:new_field              GET     type=leads
setup:new_field              POST    type=leads
setup:field                  GET     type=leads id=$own_field
setup:field                  POST    type=leads id=$own_field
setup:field_position         POST    type=leads id=$own_field
setup:field_deactivation     GET     type=leads id=$spare_field
setup:field_deactivation     POST    type=leads id=$spare_field
setup:field_deactivation     DELETE  type=leads id=$spare_field
setup:field_deletion         GET     type=leads id=$own_field
setup:field_deletion         POST    type=leads id=$spare_field
setup:tags                   GET     -
setup:tag                    GET     id=$tag
setup:tag                    POST    id=$tag
setup:tag_deletion           GET     id=$tag
setup:tag_deletion           POST    id=$spare_tag
setup:changes                GET     -
setup:runs                   GET     -
setup:retry                  POST    id=$message
"""
