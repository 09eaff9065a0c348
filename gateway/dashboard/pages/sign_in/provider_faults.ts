// In words what going to an identity provider came to (gateway/single_sign_on/sign_in_fault.h).
const kFaults: Record<string, string> = {
    expired: "It took too long, or did not begin in this browser. Try again.",
    cancelled: "It was cancelled at the identity provider.",
    provider_refused: "The identity provider refused it. Ask whoever runs it.",
    provider_failed: "The identity provider cannot be reached now.",
    token_refused: "What the identity provider says of you cannot be believed. Ask the operator of this gateway.",
    email_not_verified: "The identity provider does not say that your address is yours.",
    no_account: "There is no account for you here. Ask for an invitation.",
    account_taken: "The account with your address belongs to another identity.",
    account_not_verified: "There is an account with your address, and nobody has shown that it is yours.",
    operator_account: "Operators link their accounts themselves, when they are signed in.",
    another_person: "Somebody else signed in there than you are here.",
    identity_taken: "Who you are there is linked to another account here.",
    issuer_linked: "Another identity of this provider is linked to your account. Unlink that one first.",
    suspended: "Your account is suspended.",
    busy: "Too many people sign in at the moment. Try again.",
    store_unavailable: "The gateway cannot store anything now. Try again later.",
};

export function providerFault(word: string): string {
    return kFaults[word] ?? "It has failed at the identity provider. Try again.";
}
