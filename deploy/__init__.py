"""What a deployment runs besides the Supabase CLI and SAM; needs nothing of the local stack."""
