import os
import requests

# API keys differ between the Singapore and China (Beijing) regions. Get your API key: https://www.alibabacloud.com/help/zh/model-studio/get-api-key
# If you have not set an environment variable, replace the next line with: api_key = "sk-xxx"
api_key = os.getenv("DASHSCOPE_API_KEY")
# This URL is for the Singapore region. If you use the China (Beijing) region, replace the URL with: https://dashscope.aliyuncs.com/api/v1/services/audio/tts/customization
url = "https://dashscope-intl.aliyuncs.com/api/v1/services/audio/tts/customization"

payload = {
    "model": "qwen-voice-design", # Do not change this value
    "input": {
        "action": "list",
        "page_size": 10,
        "page_index": 0
    }
}

headers = {
    "Authorization": f"Bearer {api_key}",
    "Content-Type": "application/json"
}

response = requests.post(url, json=payload, headers=headers)

print("HTTP status code:", response.status_code)

if response.status_code == 200:
    data = response.json()
    voice_list = data["output"]["voice_list"]

    print("List of voices:")
    for item in voice_list:
        print(f"- Voice: {item['voice']}  Created: {item['gmt_create']}  Model: {item['target_model']}")
else:
    print("Request failed:", response.text)
