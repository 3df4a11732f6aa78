grant select on public.login_attempts to authenticated;
create policy login_attempts_select_own_or_operator on public.login_attempts for select to authenticated
using (
    user_id = (select auth.uid())
    or (select private.is_acting_staff('operator'))
);

-- Hooks are called by Auth's own role and by nobody else.
grant usage on schema private to supabase_auth_admin;
grant execute on function private.hook_password_verification(jsonb), private.hook_custom_access_token(jsonb)
to supabase_auth_admin;
