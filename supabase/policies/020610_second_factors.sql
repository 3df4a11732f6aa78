grant execute on function private.hook_mfa_verification(jsonb) to supabase_auth_admin;
