import requests
import os

def query_voice(voice_name):
    """
    Queries information about a specific voice.
    :param voice_name: The name of the voice.
    :return: A dictionary that contains the voice information, or None if the voice is not found.
    """
    # The API keys for the Singapore and China (Beijing) regions are different. To get an API key, see https://www.alibabacloud.com/help/en/model-studio/get-api-key
    # If you have not configured the environment variable, replace the following line with your Model Studio API key: api_key = "sk-xxx"
    api_key = os.getenv("DASHSCOPE_API_KEY")

    # Prepare the request data.
    headers = {
        "Authorization": f"Bearer {api_key}",
        "Content-Type": "application/json"
    }

    data = {
        "model": "qwen-voice-design",
        "input": {
            "action": "query",
            "voice": voice_name
        }
    }

    # The following URL is for the Singapore region. If you use a model in the China (Beijing) region, replace the URL with: https://dashscope.aliyuncs.com/api/v1/services/audio/tts/customization
    url = "https://dashscope-intl.aliyuncs.com/api/v1/services/audio/tts/customization"
    # Send the request.
    response = requests.post(
        url,
        headers=headers,
        json=data
    )

    if response.status_code == 200:
        result = response.json()

        # Check for error messages.
        if "code" in result and result["code"] == "VoiceNotFound":
            print(f"Voice not found: {voice_name}")
            print(f"Error message: {result.get('message', 'Voice not found')}")
            return None

        # Get the voice information.
        voice_info = result["output"]
        print(f"Successfully queried voice information:")
        print(f"  Voice name: {voice_info.get('voice')}")
        print(f"  Creation time: {voice_info.get('gmt_create')}")
        print(f"  Modification time: {voice_info.get('gmt_modified')}")
        print(f"  Language: {voice_info.get('language')}")
        print(f"  Preview text: {voice_info.get('preview_text')}")
        print(f"  Model: {voice_info.get('target_model')}")
        print(f"  Voice description: {voice_info.get('voice_prompt')}")

        return voice_info
    else:
        print(f"Request failed, status code: {response.status_code}")
        print(f"Response content: {response.text}")
        return None

def main():
    # Example: Query a voice.
    voice_name = "myvoice"  # Replace with the actual name of the voice you want to query.

    print(f"Querying voice: {voice_name}")
    voice_info = query_voice(voice_name)

    if voice_info:
        print("\nVoice queried successfully!")
    else:
        print("\nFailed to query the voice or the voice does not exist.")

if __name__ == "__main__":
    main()
