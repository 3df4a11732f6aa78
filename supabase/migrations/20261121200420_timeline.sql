-- The audit trail of one trade as one readable timeline. Row level security of what it
-- is made of decides what each reader finds in it.

create function private.timeline_kind(p_event text) returns text
language plpgsql immutable set search_path = ''
as $$
begin
    return case
        when p_event in ('offer_split', 'withdraw_offer', 'accept_split', 'propose_partial', 'accept_partial')
            then 'offer'
        when p_event in ('statement', 'statement_reply') then 'statement'
        when p_event = 'evidence' then 'evidence'
        when p_event in ('propose_decision', 'decide', 'approve_decision', 'reject_decision') then 'decision'
        else 'move'
    end;
end
$$;
comment on function private.timeline_kind(text) is 'Under which kind the timeline shows an event of an escrow.';

create type private.timeline_entry as (
    at timestamptz,
    -- Of what happened at one moment the move comes first, then what it caused.
    rank integer,
    version integer,
    id uuid,
    kind text,
    event text,
    actor_role text,
    from_state public.escrow_state,
    from_phase public.escrow_phase,
    to_state public.escrow_state,
    to_phase public.escrow_phase,
    deadline_at timestamptz,
    -- Text, as JSON carries amounts: the domain's own representation does not reach the rows of a function.
    payer_amount text,
    payee_amount text,
    fee_amount text,
    body text,
    detail jsonb
);
comment on type private.timeline_entry is 'One line of a timeline, with what it is sorted by.';

create function private.timeline_moves(p_escrow_id uuid) returns setof private.timeline_entry
language plpgsql stable set search_path = ''
as $$
begin
    return query
    select
        v.created_at, 1, v.version, null::uuid, private.timeline_kind(v.event), v.event, v.actor_role::text,
        v.from_state, v.from_phase, v.to_state, v.to_phase, v.deadline_at,
        trim_scale(v.payer_amount)::text, trim_scale(v.payee_amount)::text, trim_scale(v.fee_amount)::text,
        coalesce(s.body, m.grounds, v.payload ->> 'description'),
        jsonb_strip_nulls((v.payload - '{grounds,description}'::text[]) || jsonb_build_object(
            'offer_id', coalesce(v.payload -> 'offer_id', to_jsonb(o.id)),
            'offer_status', o.status, 'offer_expires_at', o.expires_at,
            'sha256', coalesce(v.payload ->> 'sha256', s.sha256),
            'level', m.level, 'reason', coalesce(v.payload ->> 'reason', m.reason),
            'payer_amount', coalesce(trim_scale(m.payer_amount)::text, v.payload ->> 'payer_amount'),
            'payee_amount', coalesce(trim_scale(m.payee_amount)::text, v.payload ->> 'payee_amount')
        ))
    from private.escrow_events as v
    left join public.disputes as d on d.escrow_id = v.escrow_id
    left join public.dispute_statements as s
        on s.dispute_id = d.id and s.author_role = v.actor_role and v.event in ('statement', 'statement_reply')
    left join public.dispute_decisions as m
        on m.dispute_id = d.id and m.created_at = v.created_at and v.event in ('decide', 'approve_decision')
    left join public.escrow_offers as o
        on o.escrow_id = v.escrow_id and o.created_at = v.created_at and o.author_role = v.actor_role
        and v.event in ('offer_split', 'propose_partial')
    where v.escrow_id = p_escrow_id;
end
$$;
comment on function private.timeline_moves(uuid) is
'Every version of an escrow, with the offer, statement or decision it brought.';

create function private.timeline_file(p_escrow_id uuid) returns setof private.timeline_entry
language plpgsql stable set search_path = ''
as $$
begin
    return query
    select
        f.at, 2, null::integer, f.id, f.kind, f.event, f.actor_role, null::public.escrow_state,
        null::public.escrow_phase, null::public.escrow_state, null::public.escrow_phase, f.deadline_at,
        null::text, null::text, null::text, nullif(f.body, ''),
        jsonb_strip_nulls(f.detail)
    from (
        select
            a.assigned_at, a.dispute_id, 'assignment', 'assigned', 'system', null::timestamptz, '',
            jsonb_build_object('arbiter_id', a.arbiter_id, 'level', a.level, 'number', a.number)
        from public.disputes as d
        join public.dispute_assignments as a on a.dispute_id = d.id
        where d.escrow_id = p_escrow_id
        union all
        select
            c.created_at, c.id, 'case', c.kind,
            case c.raised_by when e.payer_id then 'payer' when e.payee_id then 'payee' else 'rail' end,
            c.deadline_at, c.description,
            jsonb_build_object('case_id', c.id, 'reason', c.reason, 'amount', trim_scale(c.amount)::text)
        from private.escrow_transactions as e
        join public.escrow_cases as c on c.escrow_id = e.id
        where e.id = p_escrow_id
        union all
        select
            c.updated_at, c.id, 'case', c.last_event, c.last_actor_role::text, null, c.resolution,
            jsonb_build_object('case_id', c.id, 'paid_amount', trim_scale(c.paid_amount)::text)
        from public.escrow_cases as c
        where c.escrow_id = p_escrow_id and c.state <> 'review'
    ) as f (at, id, kind, event, actor_role, deadline_at, body, detail);
end
$$;
comment on function private.timeline_file(uuid) is
'What happened around an escrow without a version of its own: assignments of arbiters, and cases after the end.';

-- Definer: that there was a message is part of the audit trail, which operators read; what
-- it says is not. public.trade_timeline asks row level security of the trade first.
create function private.message_marks(p_trade_id uuid) returns table (
    id uuid, kind public.message_kind, author_role text, attachments integer, created_at timestamptz
)
language plpgsql stable security definer set search_path = ''
as $$
begin
    return query
    select m.id, m.kind, m.author_role, jsonb_array_length(m.attachments), m.created_at
    from public.trade_messages as m
    where m.trade_id = p_trade_id;
end
$$;
comment on function private.message_marks(uuid) is
'That a side of a trade wrote a message, and when: nothing of what it says.';

create function private.timeline_words(p_trade_id uuid) returns setof private.timeline_entry
language plpgsql stable set search_path = ''
as $$
begin
    return query
    select
        w.at, 3, null::integer, w.id, w.kind, w.event, case w.author_role when 'buyer' then 'payee' else 'payer' end,
        null::public.escrow_state, null::public.escrow_phase, null::public.escrow_state, null::public.escrow_phase,
        null::timestamptz, null::text, null::text, null::text, nullif(w.body, ''), jsonb_strip_nulls(w.detail)
    from (
        select
            m.created_at, m.id, 'message', case m.kind when 'party' then 'message' else m.kind::text end,
            m.author_role, t.body,
            jsonb_build_object(
                'message_id', m.id, 'attachment_count', m.attachments, 'attachments', nullif(t.attachments, '[]')
            )
        from private.message_marks(p_trade_id) as m
        left join public.trade_messages as t on t.id = m.id and t.trade_id = p_trade_id
        union all
        select
            r.created_at, null, 'rating', 'rating', r.author_role, r.comment, jsonb_build_object('score', r.score)
        from public.p2p_ratings as r
        where r.trade_id = p_trade_id
    ) as w (at, id, kind, event, author_role, body, detail);
end
$$;
comment on function private.timeline_words(uuid) is
'What the two sides of a trade wrote to each other, text and attachments only where the caller may read them, and how they rated each other, once the caller may know.';

create function public.trade_timeline(trade_id uuid) returns table (
    number bigint, at timestamptz, kind text, event text, actor_role text, version integer,
    from_state public.escrow_state, from_phase public.escrow_phase,
    to_state public.escrow_state, to_phase public.escrow_phase, deadline_at timestamptz,
    payer_amount text, payee_amount text, fee_amount text, body text, detail jsonb
)
language plpgsql stable set search_path = ''
as $$
begin
    -- Row level security decides whether the caller sees the trade at all.
    perform from private.escrow_transactions as e where e.id = trade_timeline.trade_id;
    if not found then
        raise sqlstate 'PT404' using message = 'escrow_not_found', detail = 'No such escrow.';
    end if;
    return query
    select
        row_number() over (order by t.at, t.rank, t.version, t.id), t.at, t.kind, t.event, t.actor_role, t.version,
        t.from_state, t.from_phase, t.to_state, t.to_phase, t.deadline_at,
        t.payer_amount, t.payee_amount, t.fee_amount, t.body, t.detail
    from (
        select * from private.timeline_moves(trade_timeline.trade_id)
        union all
        select * from private.timeline_file(trade_timeline.trade_id)
        union all
        select * from private.timeline_words(trade_timeline.trade_id)
    ) as t
    order by 1;
end
$$;
comment on function public.trade_timeline(uuid) is
'Everything that happened to a trade, or to any escrow, in order: at when, kind (move, offer, statement, evidence, decision, assignment, message, rating, case), event, who as what role (payer is the crypto seller, payee the buyer), the version and where it led, the deadline it set, the amounts it settled as decimal strings, the text where the caller may read it, and details. Raises escrow_not_found (404).';
