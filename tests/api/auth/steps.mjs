// The steps of a person and of an administrator by supabase-js, one line of JSON for each.
// Run with: address, publishable key, secret key.
import { createHmac } from 'node:crypto'
import { createClient } from '@supabase/supabase-js'

const [url, anon, service] = process.argv.slice(2)
const options = {
  // Node 20 has no WebSocket of its own.
  realtime: { transport: class {} },
  auth: { persistSession: false, autoRefreshToken: false },
}
const open = (key = anon) => createClient(url, key, options)
const refusal = ({ error }) => error && { name: error.name, status: error.status, code: error.code, message: error.message, reasons: error.reasons }
const say = (step, answer, more = {}) => console.log(JSON.stringify({ step, error: refusal(answer) ?? null, ...more }))
const claims = (session) => JSON.parse(Buffer.from(session.access_token.split('.')[1], 'base64url'))
const code = async (to, kind) => {
  const messages = await (await fetch(`${url}/auth/v1/mailbox?to=${encodeURIComponent(to)}`)).json()
  return messages.filter((message) => message.kind === kind).at(-1)
}

function totp(secret) {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = [...secret].map((letter) => letters.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000)))
  const mark = createHmac('sha1', key).update(counter).digest()
  const start = mark[19] & 15
  return String((mark.readUInt32BE(start) & 0x7fffffff) % 1e6).padStart(6, '0')
}

const password = 'correct horse battery', email = 'ann@js.test'
const ann = open(), admin = open(service)
let r

// Sign-up: nothing but a message until the address is proved.
r = await ann.auth.signUp({ email: 'Ann@js.test', password, options: { data: { display_name: 'Ann' } } })
say('sign up', r, { email: r.data.user.email, session: r.data.session, name: r.data.user.user_metadata.display_name })
r = await ann.auth.signInWithPassword({ email, password })
say('sign in unconfirmed', r)
const first = (await code(email, 'signup')).token
r = await ann.auth.verifyOtp({ email, token: '000000' === first ? '111111' : '000000', type: 'signup' })
say('confirm with a wrong code', r)
await ann.auth.resend({ type: 'signup', email })
r = await ann.auth.verifyOtp({ email, token: (await code(email, 'signup')).token, type: 'email' })
say('confirm', r, { aal: claims(r.data.session).aal, confirmed: !!r.data.user.email_confirmed_at })
r = await open().auth.signUp({ email, password })
say('sign up again', r, { identities: r.data.user.identities.length, id: r.data.user.id })
r = await open().auth.signUp({ email: 'weak@js.test', password: 'short' })
say('sign up weak', r)

// Passwords and refreshes.
say('sign in wrong', await open().auth.signInWithPassword({ email, password: 'not it at all' }))
say('sign in nobody', await open().auth.signInWithPassword({ email: 'nobody@js.test', password }))
r = await ann.auth.signInWithPassword({ email, password })
const header = JSON.parse(Buffer.from(r.data.session.access_token.split('.')[0], 'base64url'))
say('sign in', r, { claims: claims(r.data.session), expires_in: r.data.session.expires_in, alg: header.alg })
const mine = await ann.from('profiles').select('id')
say('read', mine, { own: mine.data?.length === 1 && mine.data[0].id === r.data.user.id })
const old = r.data.session.refresh_token
r = await ann.auth.refreshSession()
say('refresh', r, { changed: r.data.session.refresh_token !== old, amr: claims(r.data.session).amr.map((one) => one.method) })
r = await ann.auth.getClaims()
say('claims by the published key', r, { role: r.data?.claims.role, alg: r.data?.header.alg })

// Changes of oneself.
r = await ann.auth.updateUser({ data: { town: 'Kisumu' } })
say('update', r, { data: r.data.user.user_metadata })
say('same password', await ann.auth.updateUser({ password }))
say('weak password', await ann.auth.updateUser({ password: 'short' }))
const other = open()
await other.auth.signInWithPassword({ email, password })
say('new password', await ann.auth.updateUser({ password: password + '!' }))
say('other session after it', await other.auth.getUser())
say('own session after it', await ann.auth.getUser())
say('new address', await ann.auth.updateUser({ email: 'ann2@js.test' }))
r = await ann.auth.verifyOtp({ email, token: (await code(email, 'email_change')).token, type: 'email_change' })
say('one of two agrees', r, { session: !!r.data.session })
r = await ann.auth.verifyOtp({ email: 'ann2@js.test', token: (await code('ann2@js.test', 'email_change')).token, type: 'email_change' })
say('both agree', r, { email: r.data.user?.email })

// A second factor.
const address = 'ann2@js.test'
await ann.auth.signInWithPassword({ email: address, password: password + '!' })
r = await ann.auth.mfa.enroll({ factorType: 'totp', friendlyName: 'phone', issuer: 'holdfast' })
const factor = r.data
say('enroll', r, { uri: factor.totp.uri.slice(0, 24), picture: factor.totp.qr_code.slice(0, 18) })
say('enroll the same name', await ann.auth.mfa.enroll({ factorType: 'totp', friendlyName: 'phone' }))
r = await ann.auth.mfa.challenge({ factorId: factor.id })
const challengeId = r.data.id
say('challenge', r, { type: r.data.type })
const wrong = totp(factor.totp.secret) === '000000' ? '111111' : '000000'
say('verify wrong', await ann.auth.mfa.verify({ factorId: factor.id, challengeId, code: wrong }))
await other.auth.signInWithPassword({ email: address, password: password + '!' })
r = await ann.auth.mfa.verify({ factorId: factor.id, challengeId, code: totp(factor.totp.secret) })
say('verify', r, { aal: claims(r.data).aal, amr: claims(r.data).amr.map((one) => one.method) })
say('weaker session after it', await other.auth.getUser())
say('same challenge again', await ann.auth.mfa.verify({ factorId: factor.id, challengeId, code: totp(factor.totp.secret) }))
r = await ann.auth.mfa.getAuthenticatorAssuranceLevel()
say('level', r, { current: r.data.currentLevel, next: r.data.nextLevel })
r = await ann.auth.mfa.listFactors()
say('factors', r, { status: r.data.totp.map((one) => one.status) })
await other.auth.signInWithPassword({ email: address, password: password + '!' })
say('password without the factor', await other.auth.updateUser({ password: 'something else entirely' }))
say('enroll without the factor', await other.auth.mfa.enroll({ factorType: 'totp', friendlyName: 'second' }))
say('unenroll without the factor', await other.auth.mfa.unenroll({ factorId: factor.id }))
say('unenroll', await ann.auth.mfa.unenroll({ factorId: factor.id }))
r = await ann.auth.refreshSession()
say('level after it', r, { aal: claims(r.data.session).aal })

// Recovery and codes.
say('recover', await ann.auth.resetPasswordForEmail(address))
say('recover nobody', await ann.auth.resetPasswordForEmail('nobody@js.test'))
const back = open(), recovery = (await code(address, 'recovery')).token
r = await back.auth.verifyOtp({ email: address, token: recovery, type: 'recovery' })
say('get back in', r, { session: !!r.data.session })
say('the same code again', await back.auth.verifyOtp({ email: address, token: recovery, type: 'recovery' }))
say('code for a stranger', await open().auth.signInWithOtp({ email: 'zed@js.test' }))
r = await open().auth.verifyOtp({ email: 'zed@js.test', token: (await code('zed@js.test', 'signup')).token, type: 'email' })
say('stranger gets in', r, { session: !!r.data.session })
say('code for nobody', await open().auth.signInWithOtp({ email: 'no@js.test', options: { shouldCreateUser: false } }))
say('code for a friend', await open().auth.signInWithOtp({ email: 'zed@js.test' }))
r = await open().auth.verifyOtp({ token_hash: (await code('zed@js.test', 'magiclink')).token_hash, type: 'magiclink' })
say('friend by the link', r, { session: !!r.data.session })
say('anonymous', await open().auth.signInAnonymously())

// An administrator.
r = await admin.auth.admin.createUser({ email: 'bob@js.test', password, email_confirm: true, app_metadata: { tier: 2 } })
const bob = r.data.user
say('create', r, { app: bob.app_metadata })
r = await admin.auth.admin.listUsers({ page: 1, perPage: 2 })
say('list', r, { users: r.data.users.length, next: r.data.nextPage, enough: r.data.total > 2 && r.data.lastPage > 1 })
r = await admin.auth.admin.generateLink({ type: 'magiclink', email: 'bob@js.test' })
say('link', r, { properties: Object.keys(r.data.properties).sort() })
const followed = await fetch(r.data.properties.action_link, { redirect: 'manual' })
say('follow the link', {}, { status: followed.status, token: followed.headers.get('location').includes('#access_token=') })
const twice = await fetch(r.data.properties.action_link, { redirect: 'manual' })
say('follow it twice', {}, { place: twice.headers.get('location') })
r = await admin.auth.admin.updateUserById(bob.id, { ban_duration: '24h' })
say('ban', r, { until: !!r.data.user.banned_until })
say('sign in banned', await open().auth.signInWithPassword({ email: 'bob@js.test', password }))
await admin.auth.admin.updateUserById(bob.id, { ban_duration: 'none' })
say('sign in forgiven', await open().auth.signInWithPassword({ email: 'bob@js.test', password }))
say('list as a person', await ann.auth.admin.listUsers())
say('delete', await admin.auth.admin.deleteUser(bob.id))
say('mark deleted', await admin.auth.admin.deleteUser(bob.id, true))
say('sign in deleted', await open().auth.signInWithPassword({ email: 'bob@js.test', password }))
r = await admin.auth.admin.getUserById(bob.id)
say('read the deleted', r, { deleted: !!r.data.user.deleted_at })
say('read nobody', await admin.auth.admin.getUserById('00000000-0000-4000-8000-000000000bad'))

// Out again.
const here = open(), there = open()
await here.auth.signInWithPassword({ email: address, password: password + '!' })
await there.auth.signInWithPassword({ email: address, password: password + '!' })
await here.auth.signOut({ scope: 'others' })
say('here after others', await here.auth.getUser())
say('there after others', await there.auth.getUser())
await there.auth.signInWithPassword({ email: address, password: password + '!' })
const gone = (await there.auth.getSession()).data.session.refresh_token
await there.auth.signOut({ scope: 'local' })
say('here after local', await here.auth.getUser())
say('refresh after local', await there.auth.refreshSession({ refresh_token: gone }))
await there.auth.signInWithPassword({ email: address, password: password + '!' })
await here.auth.signOut({ scope: 'global' })
say('there after global', await there.auth.getUser())
