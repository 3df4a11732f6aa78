-- A merchant is read by who belongs to it; its profile and settings are written by owners and admins.
grant select on public.merchants to authenticated;
create policy merchants_select_own_or_operator on public.merchants for select to authenticated
using (
    id = any(array(select private.my_parties()))
    or (select private.is_acting_staff('operator'))
);
grant update (name, legal_name, website, tax_id, country, support_email) on public.merchants to authenticated;
create policy merchants_update_own on public.merchants for update to authenticated
using (
    id = any(array(select private.my_parties()))
    or (select private.is_acting_staff('operator'))
)
with check (
    id = any(array(select private.parties_i_act_for()))
    and (select private.may_write('merchants.write', id))
);

grant select on public.merchant_settings to authenticated;
create policy merchant_settings_select_own on public.merchant_settings for select to authenticated
using (merchant_id = any(array(select private.my_parties())));
grant update (
    invoice_expires_within, tolerance_bps, tolerance_amount, tolerance_currency, late_policy, late_grace, speed,
    currencies, refund_cost, language, color, prices_include_tax, tax_rounding
) on public.merchant_settings to authenticated;
create policy merchant_settings_update_own on public.merchant_settings for update to authenticated
using (merchant_id = any(array(select private.my_parties())))
with check (
    merchant_id = any(array(select private.parties_i_act_for()))
    and (select private.may_write('merchant_settings.write', merchant_id))
);

grant execute on function private.merchant_tier(uuid) to authenticated;

grant select on public.merchant_rules to anon, authenticated;
create policy merchant_rules_select_anyone on public.merchant_rules for select to anon, authenticated
using (true);

select private.open_to_keys('public.merchants', 'invoices:read');
select private.open_to_keys('public.merchant_settings', 'invoices:read');
