-- A rating is its author's alone until both sides have rated or the time is over, then everybody's.
-- NOTE: author_id is not granted; what both ratings of a trade share, and so ties two people together
-- (trade_id, blind_until), not to strangers, who ask a function.
grant execute on function
public.trader(uuid), private.trader_card(uuid),
public.trader_ratings(uuid, integer), private.rating_lines(uuid, integer)
to anon, authenticated;
grant select (trade_id, author_role, party_id, score, comment, blind_until, created_at)
on public.p2p_ratings to authenticated;
create policy p2p_ratings_select_own_or_revealed on public.p2p_ratings for select to authenticated
using (
    author_id = any(array(select private.my_parties()))
    or blind_until <= (select private.clock())
    or exists (select from public.p2p_rating_reveals as v where v.trade_id = p2p_ratings.trade_id)
);

grant select (trade_id, revealed_at) on public.p2p_rating_reveals to authenticated;
create policy p2p_rating_reveals_select_anyone on public.p2p_rating_reveals for select to authenticated
using (true);

-- The trigger has found the author and the side, or refused.
grant insert (trade_id, score, comment) on public.p2p_ratings to authenticated;
create policy p2p_ratings_insert_party on public.p2p_ratings for insert to authenticated
with check (
    author_id = any(array(select private.my_parties())) and (select private.may_write('p2p_ratings.write', author_id))
);

grant select on public.trader_profiles to authenticated;
create policy trader_profiles_select_anyone on public.trader_profiles for select to authenticated
using (true);

grant execute on function private.clock() to anon;
grant execute on function service.reputation_refresh(integer) to service_role;
