-- A rating is its author's alone until both sides have rated or the time is over, then of both sides.
-- Everybody else asks a function by the id of the trader, and learns nothing that ties two people together:
-- no trade, no time, nothing that comes out at the same moment for both. Operators read what is public.
grant select on public.p2p_ratings to authenticated;
create policy p2p_ratings_select_own_or_revealed on public.p2p_ratings for select to authenticated
using (
    author_id = any(array(select private.my_parties()))
    or (
        party_id = any(array(select private.my_parties()))
        and (
            blind_until <= (select private.clock())
            or exists (select from public.p2p_rating_reveals as v where v.trade_id = p2p_ratings.trade_id)
        )
    )
    or (
        party_id between (select private.operator_sees_from()) and (select private.operator_sees_to())
        and shown_after <= (select private.clock()) - coalesce(
            (select v.revealed_at from public.p2p_rating_reveals as v where v.trade_id = p2p_ratings.trade_id),
            blind_until
        )
    )
);

grant select (trade_id, revealed_at) on public.p2p_rating_reveals to authenticated;
create policy p2p_rating_reveals_select_involved on public.p2p_rating_reveals for select to authenticated
using (exists (select from public.p2p_trades as t where t.id = p2p_rating_reveals.trade_id));

-- The trigger has found the author and the side, or refused.
grant insert (trade_id, score, comment) on public.p2p_ratings to authenticated;
create policy p2p_ratings_insert_party on public.p2p_ratings for insert to authenticated
with check (
    author_id = any(array(select private.my_parties())) and (select private.may_write('p2p_ratings.write', author_id))
);
