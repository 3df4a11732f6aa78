-- NOTE: not data (the event has it), address_hash (for suppressions) and the claims of senders.
grant select (
    id, user_id, kind, channel, source_id, part, language, masked_address, provider, provider_message_id, status,
    status_detail, cost, currency, created_at, sent_at, updated_at
) on public.message_deliveries to authenticated;
create policy message_deliveries_select_own_or_operator on public.message_deliveries for select to authenticated
using (
    user_id = (select auth.uid())
    or id between (select private.operator_sees_from()) and (select private.operator_sees_to())
);
