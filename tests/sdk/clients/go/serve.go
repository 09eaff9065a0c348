// Asks through the official SDK for Go: each line of input is an order, each line of output what the SDK made of it.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
)

type tool struct {
	Name        string         `json:"name"`
	Description string         `json:"description"`
	Parameters  map[string]any `json:"parameters"`
}

type order struct {
	Client   string `json:"client"`
	Scenario string `json:"scenario"`
	BaseURL  string `json:"base_url"`
	Key      string `json:"key"`
	Model    string `json:"model"`
	Prompt   string `json:"prompt"`
	Tool     tool   `json:"tool"`
}

type call struct {
	id, name string
	City     string `json:"city"`
}

type answer struct {
	text, finish string
	calls        []call
	usage        [2]int64
}

// One API of the SDK, in one conversation.
type client interface {
	user(prompt string)
	ask(ctx context.Context, stream, tools bool) (answer, error)
	// What follows in the history after the calls of the last answer and their results.
	results(answer answer, texts []string)
	// The first piece of a stream, which is left then.
	firstPiece(ctx context.Context) (string, error)
}

type seen map[string]any

func talk(ctx context.Context, client client, stream bool) (seen, error) {
	told, err := client.ask(ctx, stream, false)
	return seen{"text": told.text, "finish": told.finish, "usage": told.usage}, err
}

func tools(ctx context.Context, client client, stream bool) (seen, error) {
	asked, err := client.ask(ctx, stream, true)
	if err != nil {
		return nil, err
	}
	texts, calls := []string{}, [][2]any{}
	for _, call := range asked.calls {
		texts = append(texts, "rain in "+call.City)
		calls = append(calls, [2]any{call.name, call})
	}
	client.results(asked, texts)
	told, err := client.ask(ctx, stream, true)
	return seen{"calls": calls, "calls_finish": asked.finish, "text": told.text, "finish": told.finish}, err
}

func refused(ctx context.Context, client client) (seen, error) {
	_, err := client.ask(ctx, false, false)
	var refusal *openai.Error
	if !errors.As(err, &refusal) {
		return seen{"kind": "none"}, err
	}
	return seen{"kind": "Error", "status": refusal.StatusCode, "message": refusal.Message}, nil
}

func aborted(client client) (seen, error) {
	ctx, abort := context.WithCancel(context.Background())
	defer abort()
	piece, err := client.firstPiece(ctx)
	return seen{"piece": piece}, err
}

func run(order order) (seen, error) {
	sdk := openai.NewClient(
		option.WithBaseURL(order.BaseURL+"/v1"), option.WithAPIKey(order.Key), option.WithMaxRetries(0))
	var client client = newChat(&sdk, order)
	if order.Client == "openai_responses" {
		client = newResponses(&sdk, order)
	}
	client.user(order.Prompt)
	ctx := context.Background()
	switch order.Scenario {
	case "plain", "streamed":
		return talk(ctx, client, order.Scenario == "streamed")
	case "tools", "streamed_tools":
		return tools(ctx, client, order.Scenario == "streamed_tools")
	case "refused":
		return refused(ctx, client)
	case "aborted":
		return aborted(client)
	}
	return nil, fmt.Errorf("no scenario %s", order.Scenario)
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var order order
		err := json.Unmarshal(lines.Bytes(), &order)
		var result seen
		if err == nil {
			result, err = run(order)
		}
		if err != nil {
			result = seen{"raised": err.Error()}
		}
		line, _ := json.Marshal(result)
		fmt.Println(string(line))
	}
}
