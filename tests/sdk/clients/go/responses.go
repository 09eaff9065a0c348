package main

import (
	"context"
	"encoding/json"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/responses"
)

type responsesApi struct {
	sdk    *openai.Client
	params responses.ResponseNewParams
	items  responses.ResponseInputParam
	tools  []responses.ToolUnionParam
}

func newResponses(sdk *openai.Client, order order) *responsesApi {
	function := responses.FunctionToolParam{
		Name:        order.Tool.Name,
		Description: openai.String(order.Tool.Description),
		Parameters:  order.Tool.Parameters,
		Strict:      openai.Bool(true),
	}
	params := responses.ResponseNewParams{Model: order.Model, Store: openai.Bool(false)}
	return &responsesApi{sdk: sdk, params: params, tools: []responses.ToolUnionParam{{OfFunction: &function}}}
}

func (api *responsesApi) user(prompt string) {
	api.items = append(api.items, responses.ResponseInputItemParamOfMessage(prompt, responses.EasyInputMessageRoleUser))
}

func (api *responsesApi) asked() responses.ResponseNewParams {
	params := api.params
	params.Input = responses.ResponseNewParamsInputUnion{OfInputItemList: api.items}
	return params
}

func (api *responsesApi) whole(ctx context.Context, params responses.ResponseNewParams, stream bool) (*responses.Response, error) {
	if !stream {
		return api.sdk.Responses.New(ctx, params)
	}
	events := api.sdk.Responses.NewStreaming(ctx, params)
	defer events.Close()
	var whole responses.Response
	for events.Next() {
		if event := events.Current(); event.Type == "response.completed" {
			whole = event.Response
		}
	}
	return &whole, events.Err()
}

func (api *responsesApi) ask(ctx context.Context, stream, tools bool) (answer, error) {
	params := api.asked()
	if tools {
		params.Tools = api.tools
	}
	whole, err := api.whole(ctx, params, stream)
	if err != nil {
		return answer{}, err
	}
	told := answer{
		text:   whole.OutputText(),
		finish: string(whole.Status),
		usage:  [2]int64{whole.Usage.InputTokens, whole.Usage.OutputTokens},
	}
	for _, item := range whole.Output {
		if item.Type != "function_call" {
			continue
		}
		made := item.AsFunctionCall()
		one := call{id: made.CallID, name: made.Name}
		if err := json.Unmarshal([]byte(made.Arguments), &one); err != nil {
			return answer{}, err
		}
		told.calls = append(told.calls, one)
	}
	return told, nil
}

func (api *responsesApi) results(answer answer, texts []string) {
	for i, call := range answer.calls {
		arguments, _ := json.Marshal(call)
		output := responses.ResponseInputItemParamOfFunctionCallOutput(texts[i])
		output.OfFunctionCallOutput.CallID = openai.String(call.id)
		api.items = append(api.items,
			responses.ResponseInputItemParamOfFunctionCall(string(arguments), call.id, call.name), output)
	}
}

func (api *responsesApi) firstPiece(ctx context.Context) (string, error) {
	events := api.sdk.Responses.NewStreaming(ctx, api.asked())
	defer events.Close()
	for events.Next() {
		if event := events.Current(); event.Type == "response.output_text.delta" {
			return event.Delta, nil
		}
	}
	return "", events.Err()
}
