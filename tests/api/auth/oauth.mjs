// Sign-in by Google with supabase-js, unmodified: address, publishable key, where to come back.
import { createClient } from '@supabase/supabase-js'

const [url, anon, place] = process.argv.slice(2)
const kept = new Map()
const storage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value), removeItem: (key) => kept.delete(key) }
const client = createClient(url, anon, {
  // Node 20 has no WebSocket of its own.
  realtime: { transport: class {} },
  auth: { flowType: 'pkce', storage, autoRefreshToken: false, detectSessionInUrl: false },
})
const asked = await client.auth.signInWithOAuth({ provider: 'google', options: { redirectTo: place, skipBrowserRedirect: true } })
// The browser: page of Auth, page of the provider, back to Auth, back to the client.
let at = asked.data.url
while (!at.startsWith(place)) at = (await fetch(at, { redirect: 'manual' })).headers.get('location')
const code = new URL(at).searchParams.get('code')
const { data, error } = await client.auth.exchangeCodeForSession(code)
const again = await client.auth.exchangeCodeForSession(code)
console.log(JSON.stringify({
  error: error?.code ?? null, email: data.user?.email, providers: data.user?.app_metadata.providers,
  provider_token: !!data.session?.provider_token, amr: JSON.parse(Buffer.from(data.session.access_token.split('.')[1], 'base64url')).amr[0].method,
  again: again.error?.code ?? again.error?.name ?? null,
}))
