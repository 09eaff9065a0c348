// Why an endpoint stands where it does, or is left out, in words. What is not here is shown as the API calls it.
const kRules: Record<string, string> = {
    api: "it does not serve chats",
    parameters: "it does not take a parameter of the request",
    context_length: "the prompt and the answer do not fit",
    service_tier: "it does not serve this tier",
    modalities: "it does not give what is asked for",
    input_modalities: "it does not take this kind of input",
    server_tools: "it does not run the tools that are asked for",
    allowed_models: "the model is not among the allowed ones",
    model: "another endpoint was named",
    ":free": "it is not free",
    allow_models: "the key does not allow the model",
    deny_models: "the key denies the model",
    allow_providers: "the key does not allow the provider",
    deny_providers: "the key denies the provider",
    only: "it is not among “only these providers”",
    ignore: "it is among “none of these”",
    max_price: "it costs more than is allowed",
    data_collection: "it may store or train on what it is sent",
    zdr: "it is not declared to keep nothing",
    quantizations: "its precision is not wanted",
    require_parameters: "it does not take every parameter",
    enforce_distillable_text: "it is not declared distillable",
    allow_fallbacks: "others than the named ones are not allowed",
    provider_key_unavailable: "the provider key cannot be opened",
    credit: "there is not enough credit for it",
    mode: "the mode of the project does not take it",
};
const kLevels: Record<string, string> = {
    key: "the key",
    organization: "the organization",
    preset: "the preset",
    request: "the request",
    price_list: "the catalogue",
    provider: "the provider",
    provider_key: "the provider key",
    project: "the project",
};
const kReasons: Record<string, string> = {
    drawn: "drawn by its price",
    sticky: "drawn for the conversation",
    stayed: "it answered the conversation before",
    trial: "it failed, and is tried again",
    ordered: "by your order",
    default_provider: "the default's provider",
    price: "by price",
    throughput: "by tokens a second",
    latency: "by time to the first token",
    exacto: "by reliability",
    listed: "there is no other",
};
const kSetbacks: Record<string, string> = {
    for_tools: "priced for tools that are not used",
    short_output: "its answers may be too short",
    lacks_parameters: "it lacks a parameter",
    slow: "slower than wanted",
    degraded: "it fails now and then",
    failed_lately: "it failed lately",
    down: "it is down",
    rate_limited: "it is limited at the moment",
    failing: "it failed three times in a row, and rests",
};

export const ruleText = (rule: string) => kRules[rule] ?? rule;
export const levelText = (level: string) => kLevels[level] ?? level;
export const reasonText = (reason: string) => kReasons[reason] ?? reason;
export const setbackText = (setback: string) => kSetbacks[setback] ?? setback;
