-- Ground for every domain: closed doors, the clock, identifiers, append-only
-- history, the list of legal moves, idempotency keys and the outbox.
-- Structure only: nothing here grants anything to an API role.

-- The global form: with "in schema" the built-in grant to PUBLIC would stay.
alter default privileges revoke execute on functions from public;
alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;
alter default privileges in schema public revoke all on functions from anon, authenticated, service_role;

create schema private;
create schema ledger;
create schema service;
comment on schema private is 'Helpers, guards and queues. Never exposed by the API.';
comment on schema ledger is 'The posting function and what only it may touch. Never exposed by the API.';
comment on schema service is 'Commands of the functions. Exposed to service_role only.';

create function private.clock() returns timestamptz
language plpgsql volatile set search_path = ''
as $$
begin
    return pg_catalog.clock_timestamp();
end
$$;
comment on function private.clock() is
'The only clock of the product: wall time of the database, also inside a transaction.';

-- Time-ordered so that append-only tables grow at one end of their index and
-- can be partitioned by month on the key itself (RFC 9562, version 7).
create function private.uuid_v7(p_at timestamptz) returns uuid
language plpgsql volatile set search_path = ''
as $$
begin
    -- A random UUID with its first digits replaced: the variant is the same. No select around
    -- it, so that it is evaluated without a plan.
    return (
        lpad(to_hex(floor(extract(epoch from p_at) * 1000)::bigint), 12, '0')
        || '-7' || substr(gen_random_uuid()::text, 16)
    )::uuid;
end
$$;
comment on function private.uuid_v7(timestamptz) is
'A version 7 UUID (RFC 9562) that carries the given time in its first 48 bits.';

create function private.uuid_v7_floor(p_at timestamptz) returns uuid
language plpgsql immutable set search_path = ''
as $$
begin
    return (
        select (
            lpad(to_hex(floor(extract(epoch from p_at) * 1000)::bigint), 12, '0')
            || '00000000000000000000'
        )::uuid
    );
end
$$;
comment on function private.uuid_v7_floor(timestamptz) is
'The smallest version 7 UUID of a moment: the bound of a monthly partition.';

-- Who reads a row reads all of it (PostgREST's select=*). A table with a column that none of its
-- readers sees is in this schema, and a view of public with its name has the others.
create function private.comment_as_table(p_view regclass, p_table regclass) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_column record;
begin
    for v_column in
        select v.attname, col_description(t.attrelid, t.attnum) as said
        from pg_attribute as v join pg_attribute as t on t.attrelid = p_table and t.attname = v.attname
        where v.attrelid = p_view and v.attnum > 0
    loop
        execute format('comment on column %s.%I is %L', p_view, v_column.attname, v_column.said);
    end loop;
    execute format('comment on view %s is %L', p_view, obj_description(p_table));
end
$$;
comment on function private.comment_as_table(regclass, regclass) is
'Gives a view of a table, and its columns, the words of the table.';

-- Exact amounts, shown to API clients as JSON strings: PostgREST uses the cast
-- of a domain to json as its representation, so no client parses a float.
create domain public.money_amount as numeric(38, 18)
    check (value <> 'NaN'::numeric);
comment on domain public.money_amount is
'Exact decimal amount, at most 18 decimals, never NaN; a string in JSON.';

create function private.json(public.money_amount) returns json
language plpgsql immutable set search_path = ''
as $$
begin
    return to_json(trim_scale($1)::text);
end
$$;
comment on function private.json(public.money_amount) is
'JSON form of an amount: a string without exponent or trailing zeros.';

create cast (public.money_amount as json) with function private.json(public.money_amount) as implicit;

-- Definer-free helpers that policies and guards share.
create function private.request_id() returns text
language plpgsql stable set search_path = ''
as $$
begin
    return left(coalesce(
        nullif(current_setting('request.headers', true), '')::json ->> 'x-request-id', ''
    ), 128);
end
$$;
comment on function private.request_id() is
'Correlation id of the HTTP request that runs this transaction; empty outside one.';

create function private.actor_id() returns uuid
language plpgsql stable set search_path = ''
as $$
begin
    return coalesce(nullif(current_setting('holdfast.actor_id', true), '')::uuid, auth.uid());
end
$$;
comment on function private.actor_id() is
'Who acts: the actor a service command named for its transaction, else the token''s user.';

create function private.reason() returns text
language plpgsql stable set search_path = ''
as $$
begin
    return coalesce(current_setting('holdfast.reason', true), '');
end
$$;
comment on function private.reason() is
'Why, in the words of the operator whose command this transaction is; empty for all else.';

create function private.is_client() returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return coalesce(current_setting('role', true) in ('anon', 'authenticated', 'api_key'), false);
end
$$;
comment on function private.is_client() is
'Whether a statement came over PostgREST from a person, inside definer functions too.';

-- No word of a command can claim it: only private.begin_taking_words writes it.
create table private.erasing (
    transaction_id xid8 primary key,
    party_id uuid
);
alter table private.erasing enable row level security;
comment on table private.erasing is
'Whose words the present transaction takes away; null: everybody''s, since they have been kept long enough. Empty outside one.';

-- Definer: guards ask it for whoever writes a row, who may not know who is being erased.
create function private.is_erasing() returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
    -- The setting alone proves nothing. It spares every other transaction the look.
    if coalesce(current_setting('holdfast.erasing', true), '') = '' then
        return false;
    end if;
    return (select exists (
        select from private.erasing as e where e.transaction_id = pg_current_xact_id_if_assigned()
    ));
end
$$;
comment on function private.is_erasing() is
'Whether the present transaction takes away the words of an erased person; what it changes private.tg__erased bounds.';

create function private.begin_taking_words(p_party_id uuid) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    insert into private.erasing (transaction_id, party_id) values (pg_current_xact_id(), p_party_id);
    perform set_config('holdfast.erasing', coalesce(p_party_id::text, 'expired'), true);
end
$$;
comment on function private.begin_taking_words(uuid) is
'From here on to private.end_taking_words the transaction may take words of a person away, or of everybody (null).';

create function private.end_taking_words() returns void
language plpgsql volatile set search_path = ''
as $$
begin
    perform set_config('holdfast.erasing', '', true);
    delete from private.erasing where transaction_id = pg_current_xact_id();
end
$$;
comment on function private.end_taking_words() is 'Ends what private.begin_taking_words began.';

create function private.tg__append_only() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if tg_nargs > 0 and tg_op = 'UPDATE' and private.is_erasing() then
        return null;
    end if;
    raise sqlstate 'PT403' using
        message = 'append_only',
        detail = format('%I.%I only grows: %s is refused for every role.', tg_table_schema, tg_table_name, tg_op),
        hint = 'Correct a mistake with a new row.';
end
$$;
comment on function private.tg__append_only() is
'Refuses update, delete and truncate, whoever asks (law 10). With an argument it lets the update of an erasure pass, which private.tg__erased bounds.';

create function private.make_append_only(p_table regclass, p_is_erasable boolean default false) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    execute format(
        'create trigger _000_append_only before update or delete or truncate on %s
         for each statement execute function private.tg__append_only(%s)',
        p_table, case when p_is_erasable then quote_literal('erasable') else '' end
    );
end
$$;
comment on function private.make_append_only(regclass, boolean) is
'Puts the append-only guard on a table. One that holds words of people: private.make_erasable.';

create function private.tg__touch() returns trigger
language plpgsql set search_path = ''
as $$
begin
    new.updated_at := private.clock();
    return new;
end
$$;
comment on function private.tg__touch() is 'Keeps updated_at.';

-- The one list of legal moves (law 2). Python mirrors it, nothing else adds to it.
create table private.state_edges (
    machine text not null,
    from_state text,
    from_phase text not null default '',
    event text not null,
    actor text not null,
    to_state text not null,
    to_phase text not null default '',
    settles text check (settles in ('release', 'refund', 'offer', 'decision', 'default')),
    step_up boolean not null default false,
    before_deadline boolean not null default false,
    while_frozen boolean not null default false,
    number integer not null,
    note text not null default '',
    constraint state_edges_key
    unique nulls not distinct (machine, from_state, from_phase, event, actor, to_state)
);
alter table private.state_edges enable row level security;
comment on table private.state_edges is
'Legal moves of every state machine: from state and phase, by event and actor, to state and phase.';
comment on column private.state_edges.settles is
'Whose rule divides the held money: all to payee, all to payer, the accepted offer, the decision, or the policy default.';
comment on column private.state_edges.number is 'Row of the table of moves in the documentation.';

-- Definer: the guard of a draft runs as its maker, who may not read the list.
create function private.has_edge(
    p_machine text, p_from text, p_from_phase text, p_event text, p_actor text, p_to text, p_to_phase text
) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select exists (
            select from private.state_edges
            where machine = p_machine
                and from_state is not distinct from p_from
                and from_phase = p_from_phase
                and event = p_event
                and actor = p_actor
                and to_state = p_to
                and to_phase = p_to_phase
        )
    );
end
$$;
comment on function private.has_edge(text, text, text, text, text, text, text) is
'Whether a move is in the list of legal moves.';

-- Law 5. The answer is stored in the transaction of the command itself.
create table private.idempotency_keys (
    actor_id uuid not null,
    key text not null check (length(key) between 1 and 255),
    request_hash text not null,
    answer jsonb not null,
    created_at timestamptz not null,
    primary key (actor_id, key)
);
alter table private.idempotency_keys enable row level security;
create index idempotency_keys_created_at_idx on private.idempotency_keys (created_at);
comment on table private.idempotency_keys is
'Stored answer of each command by actor and Idempotency-Key, with the hash of the request it belongs to.';

create function private.stored_answer(p_actor_id uuid, p_key text, p_request_hash text) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_stored private.idempotency_keys;
begin
    select * into v_stored from private.idempotency_keys where actor_id = p_actor_id and key = p_key;
    if not found then
        return null;
    end if;
    if v_stored.request_hash <> p_request_hash then
        raise sqlstate 'PT409' using
            message = 'idempotency_key_reused',
            detail = 'This Idempotency-Key was used for another request.',
            hint = 'Send each new command with a new key.';
    end if;
    return v_stored.answer || jsonb_build_object('replayed', true);
end
$$;
comment on function private.stored_answer(uuid, text, text) is
'The answer already given to this key, or null. Raises idempotency_key_reused (409) when the request differs.';

create function private.store_answer(
    p_actor_id uuid, p_key text, p_request_hash text, p_answer jsonb, p_now timestamptz
) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    insert into private.idempotency_keys (actor_id, key, request_hash, answer, created_at)
    values (p_actor_id, p_key, p_request_hash, p_answer, p_now);
end
$$;
comment on function private.store_answer(uuid, text, text, jsonb, timestamptz) is
'Keeps the answer of a command. A concurrent twin on another row fails on the primary key: 409.';

-- What every command of a person begins and ends with; between the first two it locks what it is about.
-- Why a command is refused: one stable code each, with its HTTP status.
create table private.refusals (
    code text primary key,
    status integer not null check (status between 400 and 499),
    detail text not null,
    hint text not null default ''
);
alter table private.refusals enable row level security;
comment on table private.refusals is 'Stable codes with which commands are refused; the page docs/errors.md is made from it.';

create function private.refuse(p_code text) returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_refusal private.refusals;
begin
    select * into strict v_refusal from private.refusals where code = p_code;
    raise exception using
        errcode = 'PT' || v_refusal.status, message = v_refusal.code,
        detail = v_refusal.detail, hint = v_refusal.hint;
end
$$;
comment on function private.refuse(text) is 'Raises a refusal with its HTTP status, sentence and hint.';

create function private.refuse(p_code text, p_detail text, p_members jsonb) returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_refusal private.refusals;
begin
    select * into strict v_refusal from private.refusals where code = p_code;
    raise exception using
        errcode = 'PT' || v_refusal.status, message = v_refusal.code,
        detail = (jsonb_build_object('detail', p_detail) || p_members)::text, hint = v_refusal.hint;
end
$$;
comment on function private.refuse(text, text, jsonb) is
'Raises a refusal with a sentence of its own, and members that the problem document carries beside it: the detail of the error is then an object {detail, ...members}.';

create function private.command_answer(command jsonb) returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return private.stored_answer(
        (command ->> 'actor_id')::uuid, command ->> 'idempotency_key', command ->> 'request_hash'
    );
end
$$;
comment on function private.command_answer(jsonb) is
'The answer a command has had before, with replayed: true, or null. Raises idempotency_key_reused (409).';

create function private.finish_command(command jsonb, p_answer jsonb, p_now timestamptz) returns jsonb
language plpgsql volatile set search_path = ''
as $$
begin
    perform private.store_answer(
        (command ->> 'actor_id')::uuid, command ->> 'idempotency_key', command ->> 'request_hash', p_answer, p_now
    );
    return p_answer || '{"replayed": false}';
end
$$;
comment on function private.finish_command(jsonb, jsonb, timestamptz) is
'Keeps the answer of a command and gives it, with replayed: false.';

-- Events that leave the house, written in the transaction that caused them.
create table private.outbox (
    id bigint generated always as identity primary key,
    event_id uuid not null default gen_random_uuid(),
    event text not null,
    object_type text not null,
    object_id uuid not null,
    sequence bigint not null,
    parties uuid[] not null,
    -- A webhook has at most 20 kB.
    payload jsonb not null check (octet_length(payload::text) <= 16384),
    request_id text not null default '',
    created_at timestamptz not null,
    relayed_at timestamptz
);
alter table private.outbox enable row level security;
create index outbox_waiting_idx on private.outbox (id) where relayed_at is null;
create index outbox_created_at_idx on private.outbox (created_at);
comment on table private.outbox is
'Events to deliver, in the order of their objects (sequence per object).';
comment on column private.outbox.event_id is 'Names the event outside: the webhook-id of its messages.';
comment on column private.outbox.relayed_at is 'When it was given to deliveries and notifications; null while it waits.';
comment on column private.outbox.parties is 'Whom the event concerns: only they are told.';

create function private.emit_event(
    p_event text, p_object_type text, p_object_id uuid, p_sequence bigint, p_parties uuid[], p_payload jsonb,
    p_now timestamptz
) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    -- Whoever is erased was told before, and nobody is told of each word.
    if private.is_erasing() then
        return;
    end if;
    insert into private.outbox (event, object_type, object_id, sequence, parties, payload, request_id, created_at)
    values (p_event, p_object_type, p_object_id, p_sequence, p_parties, p_payload, private.request_id(), p_now);
end
$$;
comment on function private.emit_event(text, text, uuid, bigint, uuid[], jsonb, timestamptz) is
'Writes an event for the outbox in the transaction that caused it. event: object.verb; payload: ids, states and amounts as strings, never a secret.';

-- Definer: reads the caller's own stored answers; raises on another body.
create function private.my_answer(p_key text, p_request_hash text) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return private.stored_answer(auth.uid(), p_key, p_request_hash);
end
$$;
comment on function private.my_answer(text, text) is
'The answer the caller already got for this key. Raises idempotency_key_reused (409).';
