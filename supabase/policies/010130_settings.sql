grant select on public.settings, public.setting_columns to authenticated;
create policy settings_select_operator on public.settings for select to authenticated
using ((select private.is_acting_staff('operator')));

create policy setting_columns_select_operator on public.setting_columns for select to authenticated
using ((select private.is_acting_staff('operator')));
