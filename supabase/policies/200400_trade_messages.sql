-- Messages: the two parties, and the arbiter of the dispute. No operator.
grant select, insert (trade_id, body, attachments) on public.trade_messages to authenticated;
create policy trade_messages_select_party_or_arbiter on public.trade_messages for select to authenticated
using (
    trade_id = any(array(select private.my_disputed_escrows()))
    or exists (
        select from public.p2p_trades as t
        where t.id = trade_messages.trade_id
            and (
                t.buyer_id = any(array(select private.my_parties()))
                or t.seller_id = any(array(select private.my_parties()))
            )
    )
);
-- The trigger has found the author and the side, or refused.
create policy trade_messages_insert_party on public.trade_messages for insert to authenticated
with check (
    author_id = (select auth.uid()) and kind = 'party'
    and (select private.may_write('trade_messages.write'))
);
