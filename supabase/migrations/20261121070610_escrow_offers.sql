-- Offers of one side to the other follow the moves of the escrow.

create function private.tg_escrow_transactions__offers() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    case new.last_event
        when 'offer_split', 'propose_partial' then
            -- Each one is news to the other side, and nothing else bounds them.
            perform private.take_quota(
                'split_offer', case new.last_actor_role when 'payer' then new.payer_id else new.payee_id end, new.id
            );
            update public.escrow_offers set status = 'replaced'
            where escrow_id = new.id and author_role = new.last_actor_role and status = 'open';
            insert into public.escrow_offers (
                id, escrow_id, kind, author_role, payee_amount, state_version, expires_at, created_at
            )
            select private.uuid_v7(new.updated_at), new.id,
                case new.last_event when 'offer_split' then 'split' else 'partial' end,
                new.last_actor_role,
                case new.last_event when 'offer_split' then (new.last_payload ->> 'payee_amount')::numeric end,
                new.state_version,
                least(
                    new.updated_at + p.offer_within,
                    coalesce((new.last_payload ->> 'offer_expires_at')::timestamptz, 'infinity')
                ),
                new.updated_at
            from public.escrow_policies as p where p.id = new.policy_id;
        when 'withdraw_offer' then
            update public.escrow_offers set status = 'withdrawn'
            where escrow_id = new.id and author_role = new.last_actor_role and status = 'open';
        when 'funds_mismatch' then
            -- Nobody has agreed to the new total.
            update public.escrow_offers set status = 'replaced'
            where escrow_id = new.id and kind = 'partial' and status = 'open';
        when 'unfreeze', 'outage_credit', 'rail_take' then
            -- What a rail took back went to the payer: of the rest the payee has as much as was offered.
            update public.escrow_offers set
                expires_at = expires_at + (new.expires_at - old.expires_at),
                payee_amount = case kind when 'split' then least(payee_amount, new.amount) end
            where escrow_id = new.id and status = 'open';
            if new.last_event = 'rail_take' then
                update public.escrow_offers set status = 'replaced'
                where escrow_id = new.id and kind = 'partial' and status = 'open';
            end if;
        else
            update public.escrow_offers set status = 'accepted'
            where escrow_id = new.id and status = 'open' and author_role <> new.last_actor_role
                and kind = case new.last_event when 'accept_split' then 'split' else 'partial' end;
    end case;
    return null;
end
$$;
comment on function private.tg_escrow_transactions__offers() is
'Keeps escrow_offers. Definer: parties never write offers directly.';
create trigger _510_offers after update on private.escrow_transactions
for each row when (new.last_event in (
    'offer_split', 'withdraw_offer', 'accept_split', 'propose_partial', 'accept_partial', 'funds_mismatch', 'unfreeze',
    'outage_credit', 'rail_take'
)) execute function private.tg_escrow_transactions__offers();
