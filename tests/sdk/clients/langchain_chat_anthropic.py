from langchain_anthropic import ChatAnthropic
from langchain_chat import LangChainModel


class LangChainAnthropic(LangChainModel):
    def connect(self, base_url, key):
        self.sdk = ChatAnthropic(model=self.model, base_url=base_url, api_key=key, max_retries=0, max_tokens=1000)


client = LangChainAnthropic
