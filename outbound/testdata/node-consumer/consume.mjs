// Prints the next deliveries of a queue, one JSON object a line.
//
//     node consume.mjs amqp://user:password@host/vhost queue count
import { AMQPClient } from "@cloudamqp/amqp-client"

const [url, queue, count] = process.argv.slice(2)
const connection = await new AMQPClient(url).connect()
const channel = await connection.channel()
await channel.basicQos(16)

let left = Number(count)
await new Promise((done, fail) => {
  const handle = async (message) => {
    if (left === 0) return // prefetched, goes back into the queue
    left--
    const { messageId, type, appId, deliveryMode, contentType, timestamp, headers } = message.properties
    const body = JSON.parse(message.bodyString())
    console.log(JSON.stringify({ messageId, type, appId, deliveryMode, contentType, timestamp, headers, body }))
    await message.ack()
    if (left === 0) done()
  }
  channel.basicConsume(queue, { noAck: false }, (message) => handle(message).catch(fail)).catch(fail)
})
await connection.close()
