package main

import (
	"context"
	"encoding/json"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/shared"
)

type chat struct {
	sdk    *openai.Client
	params openai.ChatCompletionNewParams
	tools  []openai.ChatCompletionToolUnionParam
	last   openai.ChatCompletionMessage
}

func newChat(sdk *openai.Client, order order) *chat {
	function := openai.ChatCompletionFunctionTool(shared.FunctionDefinitionParam{
		Name:        order.Tool.Name,
		Description: openai.String(order.Tool.Description),
		Parameters:  order.Tool.Parameters,
		Strict:      openai.Bool(true),
	})
	params := openai.ChatCompletionNewParams{Model: order.Model}
	return &chat{sdk: sdk, params: params, tools: []openai.ChatCompletionToolUnionParam{function}}
}

func (chat *chat) user(prompt string) {
	chat.params.Messages = append(chat.params.Messages, openai.UserMessage(prompt))
}

func (chat *chat) whole(ctx context.Context, params openai.ChatCompletionNewParams, stream bool) (*openai.ChatCompletion, error) {
	if !stream {
		return chat.sdk.Chat.Completions.New(ctx, params)
	}
	params.StreamOptions = openai.ChatCompletionStreamOptionsParam{IncludeUsage: openai.Bool(true)}
	events := chat.sdk.Chat.Completions.NewStreaming(ctx, params)
	defer events.Close()
	var gathered openai.ChatCompletionAccumulator
	for events.Next() {
		gathered.AddChunk(events.Current())
	}
	return &gathered.ChatCompletion, events.Err()
}

func (chat *chat) ask(ctx context.Context, stream, tools bool) (answer, error) {
	params := chat.params
	if tools {
		params.Tools = chat.tools
	}
	whole, err := chat.whole(ctx, params, stream)
	if err != nil {
		return answer{}, err
	}
	choice := whole.Choices[0]
	chat.last = choice.Message
	told := answer{
		text:   choice.Message.Content,
		finish: choice.FinishReason,
		usage:  [2]int64{whole.Usage.PromptTokens, whole.Usage.CompletionTokens},
	}
	for _, made := range choice.Message.ToolCalls {
		one := call{id: made.ID, name: made.Function.Name}
		if err := json.Unmarshal([]byte(made.Function.Arguments), &one); err != nil {
			return answer{}, err
		}
		told.calls = append(told.calls, one)
	}
	return told, nil
}

func (chat *chat) results(answer answer, texts []string) {
	chat.params.Messages = append(chat.params.Messages, chat.last.ToParam())
	for i, call := range answer.calls {
		chat.params.Messages = append(chat.params.Messages, openai.ToolMessage(texts[i], call.id))
	}
}

func (chat *chat) firstPiece(ctx context.Context) (string, error) {
	events := chat.sdk.Chat.Completions.NewStreaming(ctx, chat.params)
	defer events.Close()
	for events.Next() {
		if piece := events.Current().Choices[0].Delta.Content; piece != "" {
			return piece, nil
		}
	}
	return "", events.Err()
}
