-- Whoever changes an escrow row, with whatever right, meets these triggers:
-- only a legal move, one version on, and the event that records it.

create function private.tg_escrow_transactions__guard() returns trigger
language plpgsql set search_path = ''
as $$
declare
    v_edge private.state_edges;
begin
    if tg_op = 'DELETE' then
        raise sqlstate 'PT403' using message = 'append_only', detail = 'An escrow is never deleted.';
    end if;
    if tg_op = 'INSERT' then
        if new.version <> 1 or new.state_version <> 1 or new.frozen_at is not null
            or not private.has_edge(
                'escrow', null, '', new.last_event, new.last_actor_role::text, new.state::text, new.phase::text
            ) then
            raise sqlstate 'PT409' using message = 'illegal_move', detail = 'An escrow does not begin like this.';
        end if;
        -- Terms are checked here and not by constraints, which would be read again at every move.
        if new.payer_id = new.payee_id or new.amount <= 0 or new.fee_bps not between 0 and 5000
            or new.terms_hash !~ '^[0-9a-f]{64}$' then
            raise sqlstate 'PT422' using
                message = 'bad_terms', detail = 'Two different parties, an amount above zero, and a sha256 where terms are signed.';
        end if;
        new.last_hash := private.escrow_event_hash(new);
        return new;
    end if;

    if old.completed_at is not null then
        raise sqlstate 'PT409' using message = 'escrow_closed', detail = 'A closed escrow never changes.';
    end if;
    if (old.id, old.product, old.policy_id, old.rail, old.payer_id, old.payee_id, old.currency, old.fee_bps,
        old.created_at, old.terms_hash)
        is distinct from (new.id, new.product, new.policy_id, new.rail, new.payer_id, new.payee_id, new.currency,
        new.fee_bps, new.created_at, new.terms_hash)
        or (old.amount <> new.amount and new.last_event not in ('accept_partial', 'rail_take', 'rail_dispute', 'rail_restore'))
        -- What a rail takes and what is left are the amount that was held.
        or (new.last_event <> 'accept_partial' and old.amount + coalesce(old.taken_amount, 0)
            <> new.amount + coalesce(new.taken_amount, 0)) or new.amount <= 0 then
        raise sqlstate 'PT409' using message = 'escrow_terms_fixed', detail = 'Parties, money and terms of an escrow never change.';
    end if;
    if new.version <> old.version + 1 then
        raise sqlstate 'PT409' using message = 'stale_version', detail = 'Each move adds one version.';
    end if;
    select * into v_edge from private.state_edges
    where machine = 'escrow' and from_state = old.state::text and from_phase = old.phase::text
        and event = new.last_event and actor = new.last_actor_role::text
        and to_state = new.state::text and to_phase = new.phase::text;
    if not found then
        raise sqlstate 'PT409' using
            message = 'illegal_move',
            detail = format('%s by %s does not lead from %s to %s.', new.last_event, new.last_actor_role, old.state, new.state);
    end if;
    if old.frozen_at is not null and not v_edge.while_frozen then
        raise sqlstate 'PT409' using message = 'escrow_frozen', detail = 'The escrow is frozen.';
    end if;
    if (old.frozen_at is not null or new.frozen_at is not null or new.last_event = 'freeze')
        and new.frozen_at is distinct from private.frozen_after(
            old, new.last_event, new.last_payload, private.is_terminal(new.state), new.updated_at
        ) then
        raise sqlstate 'PT409' using message = 'illegal_move', detail = 'Only its reasons move the overlay.';
    end if;
    if new.state <> old.state then
        new.state_version := new.version;
    else
        new.state_version := old.state_version;
    end if;
    new.last_payload := private.seal_payload(new.last_event, new.last_payload);
    new.last_hash := private.escrow_event_hash(new);
    return new;
end
$$;
comment on function private.tg_escrow_transactions__guard() is
'Law 2: refuses every change of an escrow that is not a legal move one version on.';

-- What of a command goes into the history, which both parties read: not the text
-- of a statement, nor a decision that waits for a second arbiter. The dispute file
-- keeps both.
create function private.event_payload(p_event text, p_payload jsonb) returns jsonb
language plpgsql immutable set search_path = ''
as $$
begin
    return case p_event when 'propose_decision' then '{}'::jsonb else p_payload - 'body' end;
end
$$;
comment on function private.event_payload(text, jsonb) is 'The part of a command''s payload that the history shows.';

create function private.event_words(p_event text) returns text[]
language plpgsql immutable set search_path = ''
as $$
begin
    return case p_event
        when 'perform' then '{note,reference}' when 'request_revision' then '{reason}' when 'dispute' then '{description}'
        else '{}'
    end::text[];
end
$$;
comment on function private.event_words(text) is 'Members of the payload of a move that a party writes as it likes.';

create function private.seal_payload(p_event text, p_payload jsonb) returns jsonb
language plpgsql volatile set search_path = ''
as $$
declare
    v_words text[] := private.event_words(p_event);
begin
    if v_words = '{}' or not p_payload ?| v_words then
        return p_payload;
    end if;
    return p_payload || jsonb_build_object('seals', (
        select jsonb_object_agg(w.name, private.seal(p_payload -> w.name))
        from unnest(v_words) as w (name) where p_payload ? w.name
    ));
end
$$;
comment on function private.seal_payload(text, jsonb) is 'A payload with the seals of its words, by member {salt, hash}; without words as it is.';

create function private.lasting_payload(p_event text, p_payload jsonb) returns jsonb
language plpgsql immutable set search_path = ''
as $$
declare
    v_words text[] := private.event_words(p_event);
begin
    if not p_payload ? 'seals' then
        return p_payload;
    end if;
    return (p_payload - v_words)
        || jsonb_build_object('seals', private.unsealed(p_payload -> 'seals', variadic v_words));
end
$$;
comment on function private.lasting_payload(text, jsonb) is
'A payload as it is after an erasure, and as the chain of events has it from the beginning: of words only the hash.';

create function private.escrow_event_link(
    p_previous bytea, p_escrow_id uuid, p_version integer, p_event text, p_role public.escrow_role, p_actor_id uuid,
    p_state public.escrow_state, p_phase public.escrow_phase,
    p_payer_amount numeric, p_payee_amount numeric, p_fee_amount numeric, p_payload jsonb
) returns bytea
language plpgsql immutable set search_path = ''
as $$
begin
    return sha256(p_previous || convert_to(
        p_escrow_id || '|' || p_version || '|' || p_event || '|' || p_role || '|' || coalesce(p_actor_id::text, '')
        || '|' || p_state || '|' || p_phase || '|' || coalesce(trim_scale(p_payer_amount)::text, '')
        || '|' || coalesce(trim_scale(p_payee_amount)::text, '') || '|' || coalesce(trim_scale(p_fee_amount)::text, '')
        || '|' || private.lasting_payload(p_event, p_payload)::text, 'UTF8'
    ));
end
$$;
comment on function private.escrow_event_link(
    bytea, uuid, integer, text, public.escrow_role, uuid, public.escrow_state, public.escrow_phase,
    numeric, numeric, numeric, jsonb
) is 'Link of an escrow''s event chain: sha256 over the previous hash and what the event says.';

create function private.escrow_event_hash(p_escrow private.escrow_transactions) returns bytea
language plpgsql immutable set search_path = ''
as $$
begin
    return private.escrow_event_link(
        p_escrow.last_hash, p_escrow.id, p_escrow.version, p_escrow.last_event, p_escrow.last_actor_role,
        p_escrow.last_actor_id, p_escrow.state, p_escrow.phase, p_escrow.payer_amount, p_escrow.payee_amount,
        p_escrow.fee_amount, private.event_payload(p_escrow.last_event, p_escrow.last_payload)
    );
end
$$;
comment on function private.escrow_event_hash(private.escrow_transactions) is
'Link of an escrow''s event chain, from the previous hash and the move the row now carries.';

create trigger _500_guard before insert or update or delete on private.escrow_transactions
for each row execute function private.tg_escrow_transactions__guard();
create trigger _000_no_truncate before truncate on private.escrow_transactions
for each statement execute function private.tg__append_only();

-- Definer: the history is written for whoever moved the escrow.
create function private.tg_escrow_transactions__record() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_request_id text := private.request_id();
begin
    insert into private.escrow_events (
        escrow_id, version, event, actor_role, actor_id, from_state, from_phase, to_state, to_phase,
        deadline_at, payer_amount, payee_amount, fee_amount, payload, request_id, hash, created_at
    ) values (
        new.id, new.version, new.last_event, new.last_actor_role, new.last_actor_id,
        case when tg_op = 'UPDATE' then old.state end, case when tg_op = 'UPDATE' then old.phase else '' end,
        new.state, new.phase,
        new.deadline_at, new.payer_amount, new.payee_amount, new.fee_amount,
        private.event_payload(new.last_event, new.last_payload),
        v_request_id, new.last_hash, new.updated_at
    );
    perform private.emit_event(
        'escrow.' || new.last_event, 'escrow', new.id, new.version, array[new.payer_id, new.payee_id],
        jsonb_build_object('state', new.state, 'phase', new.phase, 'product', new.product), new.updated_at
    );
    return null;
end
$$;
comment on function private.tg_escrow_transactions__record() is
'I1: each version writes its event and its outbox row in the same transaction.';
create trigger _500_record after insert or update on private.escrow_transactions
for each row execute function private.tg_escrow_transactions__record();

-- I3, from the side of the state: at commit, held money and state agree.
create function private.check_escrow_hold(p_escrow_id uuid) returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_state public.escrow_state;
    v_amount numeric;
    v_held numeric;
begin
    select state, amount into v_state, v_amount from private.escrow_transactions where id = p_escrow_id;
    -- Other purposes are left out: anybody may publish an order under the id of somebody's escrow.
    select sum(amount) into v_held from public.ledger_holds
    where reference_id = p_escrow_id and bucket = 'locked' and purpose = 'escrow';
    if coalesce(v_held, 0) <> (case when private.is_holding(v_state) then v_amount else 0 end) then
        raise sqlstate 'PT409' using
            message = 'held_differs_from_state',
            detail = format('Escrow %s is %s and holds %s.', p_escrow_id, v_state, coalesce(v_held, 0));
    end if;
end
$$;
comment on function private.check_escrow_hold(uuid) is
'I3: a funded escrow holds exactly its amount, any other nothing. Raises held_differs_from_state (409).';

-- Definer: deferred, so it runs at commit as whoever called, outside the command.
create function private.tg_escrow_transactions__held() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.check_escrow_hold(new.id);
    return null;
end
$$;
comment on function private.tg_escrow_transactions__held() is 'I3 at commit, when the state begins or ends holding.';
create constraint trigger _600_held_begins after insert on private.escrow_transactions
deferrable initially deferred for each row
execute function private.tg_escrow_transactions__held();
create constraint trigger _600_held_changes after update on private.escrow_transactions
deferrable initially deferred for each row when (
    (old.state in ('funded', 'performed', 'disputed', 'decided'))
    <> (new.state in ('funded', 'performed', 'disputed', 'decided'))
    or old.amount <> new.amount
)
execute function private.tg_escrow_transactions__held();

-- Definer: deferred, so it runs at commit as whoever called, outside the command.
create function private.tg_ledger_holds__escrow() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.check_escrow_hold(new.reference_id);
    return null;
end
$$;
comment on function private.tg_ledger_holds__escrow() is 'I3 at commit, when the held money changes.';
create constraint trigger _600_escrow after insert or update on public.ledger_holds
deferrable initially deferred for each row when (new.purpose = 'escrow')
execute function private.tg_ledger_holds__escrow();

create function private.verify_holds() returns table (problem text, subject text, detail text)
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    select 'held_differs_from_escrow', e.id::text, format('%s holds %s of %s', e.state, coalesce(h.amount, 0), e.amount)
    from private.escrow_transactions as e
    left join public.ledger_holds as h on h.reference_id = e.id and h.purpose = 'escrow' and h.bucket = 'locked'
    where coalesce(h.amount, 0) <> case when private.is_holding(e.state) then e.amount else 0 end
    union all
    select 'hold_without_escrow', h.reference_id::text, h.amount::text
    from public.ledger_holds as h
    left join private.escrow_transactions as e on e.id = h.reference_id
    where h.purpose in ('escrow', 'suspense') and h.amount > 0 and e.id is null
    union all
    select 'suspense_without_exception', h.reference_id::text, h.amount::text
    from public.ledger_holds as h
    join private.escrow_transactions as e on e.id = h.reference_id
    where h.purpose = 'suspense' and h.amount > 0 and e.state <> 'funding_exception'
    union all
    select 'events_differ_from_version', e.id::text, format('version %s, %s events', e.version, coalesce(v.n, 0))
    from private.escrow_transactions as e
    left join (
        select escrow_id, count(*) as n, max(version) as top from private.escrow_events group by escrow_id
    ) as v on v.escrow_id = e.id
    where v.n is distinct from e.version or v.top is distinct from e.version
    union all
    select 'live_without_deadline', e.id::text, e.state::text
    from private.escrow_transactions as e
    where not private.is_terminal(e.state) and e.expires_at is null;
end
$$;
comment on function private.verify_holds() is 'What is wrong between escrows, their holds and their events.';
