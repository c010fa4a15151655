package broker

import "fmt"

// refusal is that the broker does not let the user in. It is ErrRefused.
type refusal struct{ text, remedy string }

func (d *Dialer) refusal(format string, args ...any) *refusal {
	return &refusal{text: fmt.Sprintf("%v: "+format, append([]any{ErrRefused}, args...)...)}
}

// to adds the commands that let the user in.
func (r *refusal) to(format string, args ...any) *refusal {
	r.remedy = "let the user in at RabbitMQ, and the bridge goes on by itself: " + fmt.Sprintf(format, args...) +
		". Or write the user, the password and the virtual host that RabbitMQ knows into rabbitmq.url, and start the bridge again"
	return r
}

func (r *refusal) Error() string { return r.text }
func (r *refusal) Unwrap() error { return ErrRefused }

// WhatToDo is the remedy.
func (r *refusal) WhatToDo() string { return r.remedy }
