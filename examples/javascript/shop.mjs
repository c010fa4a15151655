// A channel's adapter: a small web shop that listens to its queue and places an
// order in Odoo through the bridge. What it does is described in examples/go.
//
//     npm ci && node shop.mjs amqp://shop:secret@localhost/odoo webshop orders 5001 FURN_8888 320.00 USD
import { AMQPClient } from "@cloudamqp/amqp-client"

const [url, channel, lane, order, sku, price, currency] = process.argv.slice(2)
if (!currency) fail("usage: node shop.mjs URL CHANNEL LANE ORDER SKU PRICE CURRENCY")
const patience = setTimeout(() => fail("no answer, or no event, within two minutes: `odoobridge trace` with the order's number tells where it is"), 120_000)
const connection = await new AMQPClient(url).connect().catch((err) => fail(`connect to the broker: ${err.message}`))

function fail(text) {
  console.error(`shop: ${text}`)
  process.exit(1)
}

// consume ends the program where the queue is missing: the bridge makes it, if the names are right.
const consume = (ch, queue, handle) => ch.basicConsume(queue, { noAck: false }, handle)
  .catch((err) => fail(`consume ${queue}, which the bridge has made if the channel's and the lane's names are right: ${err.message}`))

// Events: keep the highest revision of each subject, drop what is not newer,
// acknowledge when stored. A real shop keeps revisions with its data.
const revisions = new Map()
const waiting = new Map() // "type subject" → resolve
const heard = new Set()

async function listen() {
  const ch = await connection.channel()
  await ch.basicQos(100)
  await consume(ch, `channel.${channel}.${lane}`, async (message) => {
    const event = JSON.parse(message.bodyString())
    if (event.revision > (revisions.get(event.subject) ?? 0)) {
      revisions.set(event.subject, event.revision)
      console.log(`event ${event.type} ${event.subject} revision ${event.revision} origin ${event.origin ?? ""}`)
      heard.add(`${event.type} ${event.subject}`)
      waiting.get(`${event.type} ${event.subject}`)?.()
    }
    await message.ack()
  })
}

function happened(type, subject) {
  const key = `${type} ${subject}`
  return heard.has(key) ? Promise.resolve() : new Promise((done) => waiting.set(key, done))
}

// Commands: the same id again asks for the same thing, which is done once.
const results = new Map() // command id → resolve
const seen = new Set()
let commands

async function openCommands() {
  commands = await connection.channel()
  await commands.confirmSelect()
  commands.onReturn = (message) => {
    fail(`no queue takes ${message.routingKey}: is the channel's name right, and may it send this?`)
  }
  await consume(commands, `results.${channel}`, async (message) => {
    const result = JSON.parse(message.bodyString())
    if (!seen.has(result.id)) {
      seen.add(result.id)
      const { command, outcome, odoo } = result.data
      console.log(`result ${command} ${outcome} ${odoo?.model ?? ""} ${odoo?.name ?? ""}`)
    }
    results.get(result.subject)?.(result)
    await message.ack()
  })
}

async function send(id, type, subject, data) {
  const answered = new Promise((done) => results.set(id, done))
  const body = { specversion: "1.0", id, source: "https://shop.example.com", type, subject, time: new Date().toISOString(), data }
  // With confirms on, this returns when the command is in its queue.
  await commands.basicPublish("odoo.commands", `${channel}.${type}`, JSON.stringify(body), {
    contentType: "application/cloudevents+json", deliveryMode: 2, messageId: id, type,
  }, true)
  const { data: answer } = await answered
  if (answer.outcome !== "applied" && answer.outcome !== "duplicate") {
    fail([`${type} is ${answer.outcome}`, ...(answer.problems ?? []).map((p) => `${p.code} at ${p.path ?? "-"}: ${p.message}. ${p.remedy}`)].join("; "))
  }
  return answer
}

await listen()
await openCommands()
await send("customer-7002-1", "customer.upsert", "7002", {
  name: "Jonas Weber", email: "jonas.weber@example.com",
  address: { street: "Hofweg 9", zip: "10997", city: "Berlin", country: "DE" },
})
const placed = {
  placed_at: new Date().toISOString(), currency, customer: "7002", confirm: true,
  lines: [{ id: "1", sku, quantity: "1", unit_price: price, taxes: [] }],
  totals: { total: price },
}
const answer = await send(`order-${order}-placed`, "order.place", order, placed)
await send(`order-${order}-placed`, "order.place", order, placed) // not sure? the same id is harmless
await happened("order.confirmed", `order/${answer.odoo.name}`)
clearTimeout(patience)
await connection.close()
