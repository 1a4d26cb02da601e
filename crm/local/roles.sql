-- The two roles and the database. The one source for the embedded server and for the container image.
-- Run by psql as a superuser, as often as you like; passwords come from the environment.
\set ON_ERROR_STOP on
\getenv owner_password ANGLER_OWNER_PASSWORD
\getenv app_password ANGLER_APP_PASSWORD

-- crm_owner owns the tables and migrates them. crm_app serves: it owns nothing, and row-level security binds it.
SELECT format('CREATE ROLE %I', name)
  FROM unnest(ARRAY['crm_owner', 'crm_app']) AS name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE crm_owner LOGIN CREATEDB NOSUPERUSER NOCREATEROLE NOBYPASSRLS PASSWORD :'owner_password';
ALTER ROLE crm_app LOGIN NOCREATEDB NOSUPERUSER NOCREATEROLE NOBYPASSRLS PASSWORD :'app_password';
-- What serves must not hang, nor hold locks while it does nothing. Workers ask for more when they connect.
ALTER ROLE crm_app SET statement_timeout = '30s';
ALTER ROLE crm_app SET lock_timeout = '10s';
ALTER ROLE crm_app SET idle_in_transaction_session_timeout = '60s';

SELECT 'CREATE DATABASE angler OWNER crm_owner'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'angler') \gexec
REVOKE ALL ON DATABASE angler FROM PUBLIC;
GRANT CONNECT ON DATABASE angler TO crm_app;

\connect angler
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO crm_app;
