-- Evidence against chargebacks: what we know of a deal that was performed, submitted once.

create table private.chargeback_evidence (
    reference text primary key check (length(reference) between 1 and 255),
    escrow_id uuid not null references private.escrow_transactions (id) on delete restrict,
    outcome text not null check (outcome in ('submitted', 'submitted_before', 'refused')),
    sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    created_at timestamptz not null
);
alter table private.chargeback_evidence enable row level security;
create index chargeback_evidence_escrow_id_idx on private.chargeback_evidence (escrow_id);
select private.make_append_only('private.chargeback_evidence');
comment on table private.chargeback_evidence is 'What was submitted against chargebacks: once each.';
comment on column private.chargeback_evidence.reference is 'The rail''s name of the chargeback.';
comment on column private.chargeback_evidence.escrow_id is 'Escrow it is about.';
comment on column private.chargeback_evidence.outcome is
'submitted by us; submitted_before: by somebody else, or by us without an answer; refused by the rail.';
comment on column private.chargeback_evidence.sha256 is 'Of the evidence as canonical JSON.';
comment on column private.chargeback_evidence.created_at is 'When it was recorded.';

-- Definer: schedules have no user.
create function service.chargebacks_due(within interval default '3 days', max_rows integer default 5) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_now timestamptz := private.clock();
begin
    return (
        select coalesce(jsonb_agg(jsonb_build_object(
            'reference', due.reference, 'escrow_id', due.reference_id, 'amount', trim_scale(due.amount)::text,
            'currency', due.currency, 'reason', due.reason,
            'events', (
                select jsonb_agg(jsonb_build_object(
                    'version', e.version, 'event', e.event, 'by', e.actor_role, 'state', e.to_state, 'at', e.created_at,
                    'hash', encode(e.hash, 'hex')
                ) order by e.version)
                from private.escrow_events as e where e.escrow_id = due.reference_id
            )
        ) || private.deal_evidence(due.reference_id) order by due.due_by, due.reference), '[]')
        from (
            select r.* from public.rail_reports as r
            where r.purpose = 'escrow' and r.kind = 'reversal_opened' and r.due_by > v_now
                and r.due_by <= v_now + chargebacks_due.within
                and exists (select from public.rails as c where c.id = r.rail and c.has_chargebacks)
                -- Only who has performed has something to show.
                and exists (
                    select from private.escrow_events as e where e.escrow_id = r.reference_id and e.event = 'perform'
                )
                and not exists (select from private.chargeback_evidence as g where g.reference = r.reference)
                and not exists (
                    select from public.rail_reports as o
                    where o.purpose = r.purpose and o.reference_id = r.reference_id and o.reference = r.reference
                        and o.kind in ('reversal_won', 'reversal_lost')
                )
            order by r.due_by, r.id limit least(greatest(max_rows, 1), 50)
        ) as due
    );
end
$$;
comment on function service.chargebacks_due(interval, integer) is
'Chargebacks on cards whose time to answer ends within an interval, of escrows that were performed, not yet answered: with events, and with contract, signatures and deliveries where the product has them.';

-- Definer: as above.
create function service.chargeback_answered(answered service.command) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
begin
    insert into private.chargeback_evidence (reference, escrow_id, outcome, sha256, created_at)
    values (
        answered ->> 'reference', (answered ->> 'escrow_id')::uuid, answered ->> 'outcome', answered ->> 'sha256',
        private.clock()
    ) on conflict (reference) do nothing;
    return found;
end
$$;
comment on function service.chargeback_answered(service.command) is
'Evidence against a chargeback was submitted {reference, escrow_id, outcome submitted|submitted_before|refused, sha256}; false when that was recorded before.';
