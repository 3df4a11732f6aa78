grant execute on function private.hook_before_user_created(jsonb) to supabase_auth_admin;
