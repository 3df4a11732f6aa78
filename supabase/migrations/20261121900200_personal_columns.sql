-- Columns with words or data of people, of the engine; products and rails list their own.
-- tests/db/security/test_personal_columns.py finds one that is missing.

-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into private.personal_columns (table_name, column_name, erasure, whose, erased, kept_where, holds, readers, kept)
select v.table_name, c.name, v.erasure, v.whose, v.erased, v.kept_where, v.holds, v.readers, v.kept
from (values
-- Who somebody is.
('public.profiles', array['full_name', 'avatar_url'], 'blank', 'id', '''''', null, 'name and picture of a person', 'the person, operators', 'while the account lives'),
('public.profiles', array['preferences'], 'blank', 'id', '''{}''::jsonb', null, 'settings of a client', 'the person, operators', 'while the account lives'),
('public.parties', array['display_name'], 'blank', 'id', '''erased''', null, 'name shown to others', 'whoever was told the id', 'while the account lives'),
('public.profile_verifications', array['compared_name', 'provider_reference'], 'keep_by_law', null, null, null, 'name on the document, the provider''s file', 'the person, operators', 'identification of customers: as long as the law on money laundering says after the end of the business'),
('public.message_settings', array['language', 'time_zone'], 'delete_row', 'user_id', null, null, 'language, time zone and quiet hours', 'the person', 'while the account lives'),
('public.message_preferences', array['kind'], 'delete_row', 'user_id', null, null, 'what somebody wants to be told', 'the person', 'while the account lives'),
-- Where somebody signs in from.
('public.login_attempts', array['address'], 'delete_words', 'user_id', 'null', null, 'IP address', 'the person, operators', 'finding break-ins: 180 days'),
('public.login_attempts', array['identifier_hash'], 'keep_by_law', null, null, null, 'keyed hash of a name that nobody has', 'operators', 'finding break-ins: 180 days'),
('public.session_audits', array['address'], 'delete_words', 'user_id', 'null', null, 'IP address', 'the person, operators', 'finding break-ins: 400 days'),
('public.user_devices', array['fingerprint', 'family', 'name'], 'delete_row', 'user_id', null, null, 'browser, system, and the name given to a device', 'the person', 'finding break-ins: 180 days after it was last seen'),
('public.security_events', array['detail'], 'delete_words', 'party_id', 'null', null, 'IP addresses, devices, names of second factors', 'the person, operators', 'finding break-ins and fraud: as long as the books'),
('private.recovery_codes', array['code_hash'], 'delete_row', 'user_id', null, null, 'hashes of recovery codes', 'nobody', 'until used or replaced'),
('public.api_keys', array['name'], 'blank', 'created_by', '''erased''', null, 'name given to an API key', 'members of its party', 'while the account lives'),
('public.api_keys', array['ip_allow'], 'blank', 'created_by', '''{}''::cidr[]', null, 'networks from which an API key is used', 'members of its party', 'while the account lives'),
('private.api_key_secrets', array['secret_hash'], 'delete_row', '(select k.created_by from public.api_keys as k where k.id = r.key_id)', null, null, 'hashes of API keys', 'nobody', 'until revoked or rotated'),
('private.rate_buckets', array['subject'], 'expires', null, null, null, 'IP address from which API keys are shown', 'nobody', 'limits: a day after the last request'),
('private.idempotency_keys', array['key', 'request_hash', 'answer'], 'delete_row', 'actor_id', null, null, 'what a command was answered', 'the person', 'repeating commands: 7 days'),
-- What people write to each other, and say.
('public.dispute_statements', array['body', 'sha256'], 'delete_words', 'author_id', 'null', null, 'what a side says in a dispute, and its hash without salt', 'the author, then both sides and the arbiter', 'evidence of the dispute: until the author is erased'),
('public.dispute_evidence', array['name'], 'delete_words', 'author_id', 'null', null, 'name of a file', 'both sides, the arbiter', 'evidence of the dispute: until the author is erased'),
('public.evidence_uploads', array['name'], 'delete_words', 'author_id', 'null', null, 'name of a file', 'both sides, the arbiter', 'evidence of the dispute: until the author is erased'),
('public.disputes', array['description'], 'blank', 'raised_by', '''''', null, 'why somebody raises a dispute', 'both sides, the arbiter, operators', 'evidence of the dispute: until the author is erased'),
('public.escrow_cases', array['description'], 'blank', 'raised_by', '''''', null, 'what somebody claims', 'both sides, operators', 'evidence of the claim: until the author is erased'),
('public.escrow_cases', array['reason'], 'blank', 'raised_by', '''erased''', null, 'what somebody claims, in a word', 'both sides, operators', 'evidence of the claim: until the author is erased'),
('private.escrow_events', array['payload'], 'delete_words', '(case when r.payload ? ''seals'' then r.actor_id end)', 'private.lasting_payload(r.event, r.payload)', null, 'note of a delivery, reference of a payment, reason of a revision, description of a dispute; besides amounts, hashes and codes, which stay', 'both sides, the arbiter, operators', 'history of the escrow: until the author is erased'),
-- Where money comes from and goes to.
('public.payout_destinations', array['address'], 'keep_by_law', null, null, null, 'address or account that is paid', 'the own party, operators', 'accounting and money laundering'),
('public.payouts', array['destination', 'provider_reference', 'reason'], 'keep_by_law', null, null, null, 'where money went', 'the own party, operators', 'accounting and money laundering'),
('public.payout_events', array['destination', 'provider_reference', 'reason'], 'keep_by_law', null, null, null, 'where money went', 'the own party, operators', 'accounting and money laundering'),
('public.deposit_requests', array['address', 'provider_reference'], 'keep_by_law', null, null, null, 'where money was to come in', 'who pays, operators', 'accounting and money laundering'),
('public.unmatched_deposits', array['reference'], 'keep_by_law', null, null, null, 'reference of a payment', 'the own party, operators', 'accounting'),
('public.outside_transfers', array['reference', 'reference_key'], 'keep_by_law', null, null, null, 'reference of a payment', 'operators', 'accounting'),
('private.ledger_transfers', array['memo'], 'keep_by_law', null, null, null, 'words of the statement of account', 'the own party', 'accounting'),
('public.rail_reports', array['provider_event_id', 'reference', 'reason'], 'keep_by_law', null, null, null, 'what a rail reported', 'operators', 'accounting'),
('public.refused_reports', array['report', 'provider_event_id', 'reason'], 'keep_by_law', null, null, null, 'what a rail reported and was not believed', 'operators', 'accounting'),
('private.escrow_transactions', array['transaction_hash'], 'keep_by_law', null, null, null, 'reference of a payment', 'both sides, the arbiter, operators', 'accounting'),
('private.screened_addresses', array['address'], 'keep_by_law', null, null, null, 'address that is screened', 'nobody over the API', 'sanctions and money laundering'),
('private.address_watches', array['address', 'reason'], 'keep_by_law', null, null, null, 'address that is screened, and why', 'nobody over the API', 'sanctions and money laundering'),
('public.wallet_screenings', array['address', 'categories', 'document_hash'], 'keep_by_law', null, null, null, 'what was found about an address', 'operators', 'sanctions and money laundering'),
('public.screening_clearances', array['reason'], 'keep_by_law', null, null, null, 'why a warning was none, in an operator''s words', 'operators', 'sanctions and money laundering'),
-- What two have agreed, and what was decided between them.
('public.dispute_decisions', array['grounds'], 'keep_by_law', null, null, null, 'grounds of a decision, in an arbiter''s words', 'both sides', 'defence of claims: limitation'),
('private.dispute_proposals', array['ruling'], 'keep_by_law', null, null, null, 'decision that waits for a second arbiter', 'arbiters', 'until it is approved or rejected'),
('public.escrow_cases', array['resolution', 'reference', 'provider_event_id'], 'keep_by_law', null, null, null, 'how a case ended, in an operator''s words', 'both sides, operators', 'defence of claims: limitation'),
('public.escrow_holds', array['reason', 'reference'], 'keep_by_law', null, null, null, 'why money rested, in an operator''s words', 'both sides', 'defence of claims: limitation'),
('private.escrow_transactions', array['last_payload'], 'keep_by_law', null, null, null, 'the last move; the move that ends an escrow carries no words of a party', 'nobody over the API', 'accounting'),
('private.chargeback_evidence', array['reference', 'sha256'], 'keep_by_law', null, null, null, 'what a bank was told', 'nobody over the API', 'accounting'),
-- What operators and machines keep about people.
('public.audit_log', array['before', 'after', 'reason'], 'keep_by_law', null, null, null, 'rows before and after a change, and why an operator made it; of words the hash, under a salt that an erasure deletes', 'operators', 'audit: as long as the books'),
('public.audit_log', array['address', 'user_agent'], 'delete_words', 'actor_id', 'null', null, 'IP address and browser or program of a request', 'operators', 'finding break-ins: 400 days'),
('public.party_files', array['reason'], 'keep_by_law', null, null, null, 'why an operator read somebody''s money', 'operators', 'audit: as long as the books'),
('public.operator_requests', array['asked_for', 'command_hash', 'reason', 'answer'], 'keep_by_law', null, null, null, 'what an operator asked a second one for', 'operators', 'audit: as long as the books'),
('public.factor_resets', array['evidence_hash'], 'keep_by_law', null, null, null, 'hash of what operators looked at before they took a second factor off', 'the person, operators', 'audit: as long as the books'),
('public.staff_changes', array['reason'], 'keep_by_law', null, null, null, 'why somebody was made an operator or arbiter, or is none any more', 'operators', 'audit: as long as the books'),
('public.ledger_reversals', array['reason'], 'keep_by_law', null, null, null, 'why a transfer was undone', 'operators', 'accounting'),
('public.rail_differences', array['reason'], 'keep_by_law', null, null, null, 'how a difference was closed, in an operator''s words', 'operators', 'accounting'),
-- What is told to people and to their machines.
('public.notifications', array['event', 'object_type', 'data'], 'delete_row', 'user_id', null, null, 'feed: ids, states, amounts, IP addresses of sign-ins', 'the person', '180 days'),
('public.message_deliveries', array['data', 'language', 'masked_address', 'address_hash', 'provider_message_id', 'status_detail'], 'delete_row', 'user_id', null, null, 'messages sent: what kind, part of the address', 'the person, operators', '180 days'),
('private.message_suppressions', array['address_hash'], 'expires', null, null, null, 'salted hash of an address that gets nothing', 'nobody', 'bounces: 30 days; complaints: so that nobody writes there again'),
('private.outbox', array['payload'], 'delete_row', '(case when cardinality(r.parties) = 1 then r.parties[1] end)', null, null, 'events: ids, states, amounts, IP addresses of sign-ins', 'nobody over the API', '14 days after it was relayed'),
('public.webhook_endpoints', array['url'], 'blank', 'party_id', '''https://erased.invalid''', null, 'where events are sent', 'the own party', 'while the account lives'),
('public.webhook_endpoints', array['description'], 'blank', 'party_id', '''''', null, 'name given to an endpoint', 'the own party', 'while the account lives'),
('private.webhook_secrets', array['secret'], 'delete_row', '(select e.party_id from public.webhook_endpoints as e where e.id = r.endpoint_id)', null, null, 'key of signatures', 'nobody', 'while the endpoint lives'),
('public.webhook_deliveries', array['payload'], 'blank', 'party_id', '''{}''::jsonb', null, 'events: ids, states, amounts, IP addresses of sign-ins', 'the own party', '60 days'),
('public.webhook_deliveries', array['last_error'], 'blank', 'party_id', '''''', null, 'why a message did not arrive', 'the own party', '60 days'),
('public.webhook_attempts', array['error', 'answer'], 'delete_words', 'party_id', 'null', null, 'what a receiver answered', 'the own party', '60 days'),
('public.webhook_events', array['body'], 'expires', null, null, null, 'raw messages of providers, names of payers in them', 'nobody over the API', '60 days')
) as v (table_name, columns, erasure, whose, erased, kept_where, holds, readers, kept)
cross join unnest(v.columns) as c (name);

-- What else a person is told of by an export.
insert into private.export_parts (table_name, of_person, words, only_columns) values
('auth.users', 'r.id = $1', '{}', '{id,email,phone,raw_user_meta_data,created_at,last_sign_in_at}'),
('auth.identities', 'r.user_id = $1', '{}', '{provider,identity_data,created_at,last_sign_in_at}'),
('auth.mfa_factors', 'r.user_id = $1', '{}', '{friendly_name,factor_type,status,created_at}'),
('auth.sessions', 'r.user_id = $1', '{}', '{id,created_at,refreshed_at,ip,user_agent,aal}'),
('public.profile_verifications', 'r.party_id = $1', '{compared_name,provider_reference}', null),
('public.payout_destinations', 'r.party_id = $1', '{address}', null),
('public.payouts', 'r.party_id = $1', '{destination,provider_reference}', null),
('public.deposit_requests', 'r.party_id = $1', '{address,provider_reference}', null),
('public.unmatched_deposits', 'r.party_id = $1', '{reference}', null),
('public.wallets', 'r.party_id = $1', '{}', null),
('public.ledger_entries', 'r.wallet_id in (select w.id from public.wallets as w where w.party_id = $1)', '{}', null),
('private.escrow_transactions', '$1 in (r.payer_id, r.payee_id)', '{}', null);
insert into private.export_parts (table_name, why_not) values
('private.recovery_codes', 'keys: whoever reads the export could use them'),
('private.api_key_secrets', 'keys: whoever reads the export could use them'),
('private.webhook_secrets', 'keys: whoever reads the export could use them'),
('private.idempotency_keys', 'answers may quote the other side; they stand in the rows themselves'),
('private.outbox', 'what it tells stands in notifications'),
('public.payout_events', 'what they say stands in payouts'),
('public.outside_transfers', 'books of the house; the entries are told'),
('private.ledger_transfers', 'belongs to both sides; the entries are told'),
('public.ledger_reversals', 'words of operators; the entries are told'),
('public.rail_reports', 'reports of providers about all their payments'),
('public.refused_reports', 'reports of providers that were not believed'),
('public.rail_differences', 'books of the house'),
('private.screened_addresses', 'screening: the law forbids to tell'),
('private.address_watches', 'screening: the law forbids to tell'),
('public.wallet_screenings', 'screening: the law forbids to tell'),
('public.screening_clearances', 'screening: the law forbids to tell'),
('public.dispute_decisions', 'words of an arbiter about both sides, who read them in the dispute'),
('private.dispute_proposals', 'words of an arbiter that are no decision yet'),
('public.escrow_holds', 'words of operators about both sides, who read them in the escrow'),
('private.chargeback_evidence', 'what a bank was told about both sides'),
('public.party_files', 'who of the operators looked, and why: kept for audits'),
('public.operator_requests', 'words of operators, kept for audits'),
('public.factor_resets', 'words of operators, kept for audits'),
('public.staff_changes', 'words of operators, kept for audits'),
('private.message_suppressions', 'names nobody'),
('private.rate_buckets', 'names nobody'),
('public.webhook_events', 'messages of providers about all their people');
-- noqa: enable=LT05
