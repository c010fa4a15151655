// Package watermillamqp lets a Go consumer on watermill-amqp read the bridge's
// queues. Its own marshaler refuses headers that are no strings, and takes the
// id from a header of its own; a message that it refuses is put back into its queue
// and comes again, for ever.
//
//	config := amqp.NewDurableQueueConfig(url)
//	config.Marshaler = watermillamqp.Marshaler{}
//	config.Queue.Arguments = amqp091.Table{"x-queue-type": "quorum"}
//	subscriber, err := amqp.NewSubscriber(config, logger)
//
// The queue arguments must be those with which the bridge has declared the queue.
package watermillamqp
