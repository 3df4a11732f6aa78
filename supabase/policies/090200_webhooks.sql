-- Members read what is sent in their party's name; who may act for it changes the endpoints.
grant select (
    id, party_id, url, description, event_types, status, disabled_reason, version, consecutive_failures, failing_since,
    quick_answers, paused_until, closed_at, created_by, created_at, updated_at
) on public.webhook_endpoints to authenticated;
create policy webhook_endpoints_select_own on public.webhook_endpoints for select to authenticated
using (party_id = any(array(select private.my_parties())));
grant update (description, event_types, status) on public.webhook_endpoints to authenticated;
create policy webhook_endpoints_update_own on public.webhook_endpoints for update to authenticated
using (party_id = any(array(select private.my_parties())))
with check (
    party_id = any(array(select private.parties_i_act_for()))
    and (select private.may_write(
        case status when 'active' then 'webhook_endpoints.write' else 'webhook_endpoints.close' end, party_id
    ))
);

grant select on public.webhook_deliveries, public.webhook_attempts to authenticated;
create policy webhook_deliveries_select_own on public.webhook_deliveries for select to authenticated
using (party_id = any(array(select private.readable_parties())));

create policy webhook_attempts_select_own on public.webhook_attempts for select to authenticated
using (party_id = any(array(select private.readable_parties())));

grant execute on function public.failing_endpoints(), private.failing_endpoints() to authenticated;

select private.open_to_keys('public.webhook_endpoints', 'webhooks:read');
select private.open_to_keys('public.webhook_deliveries', 'webhooks:read');
select private.open_to_keys('public.webhook_attempts', 'webhooks:read');
