// linkIdentity and unlinkIdentity of supabase-js, unmodified: address, publishable key, where to come
// back, address and password of whoever is signed in, provider.
import { createClient } from '@supabase/supabase-js'

const [url, anon, place, email, password, provider] = process.argv.slice(2)
const kept = new Map()
const storage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value), removeItem: (key) => kept.delete(key) }
const client = createClient(url, anon, {
  // Node 20 has no WebSocket of its own.
  realtime: { transport: class {} },
  auth: { flowType: 'pkce', storage, autoRefreshToken: false, detectSessionInUrl: false },
})
await client.auth.signInWithPassword({ email, password })
const alone = (await client.auth.getUserIdentities()).data.identities
const last = await client.auth.unlinkIdentity(alone[0])
const asked = await client.auth.linkIdentity({ provider, options: { redirectTo: place, skipBrowserRedirect: true } })
// The browser: page of the provider, Auth, back to the client.
let at = asked.data.url
while (!at.startsWith(place)) at = (await fetch(at, { redirect: 'manual' })).headers.get('location')
const { data } = await client.auth.exchangeCodeForSession(new URL(at).searchParams.get('code'))
const both = (await client.auth.getUserIdentities()).data.identities
const gone = await client.auth.unlinkIdentity(both.find((each) => each.provider === provider))
const left = (await client.auth.getUserIdentities()).data.identities
console.log(JSON.stringify({
  last: last.error?.code ?? null, linked: both.map((each) => each.provider), email: data.user.email,
  gone: gone.error?.code ?? null, left: left.map((each) => each.provider),
}))
