import requests
import os

def delete_voice(voice_name):
    """
    Deletes a specified voice.
    :param voice_name: The name of the voice.
    :return: True if the voice is deleted or does not exist but the request is successful. False if the operation fails.
    """
    # The API keys for the Singapore and China (Beijing) regions are different. To get an API key, see https://www.alibabacloud.com/help/zh/model-studio/get-api-key
    # If you have not configured an environment variable, replace the following line with your Model Studio API key: api_key = "sk-xxx"
    api_key = os.getenv("DASHSCOPE_API_KEY")

    # Prepare the request data.
    headers = {
        "Authorization": f"Bearer {api_key}",
        "Content-Type": "application/json"
    }

    data = {
        "model": "qwen-voice-design",
        "input": {
            "action": "delete",
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

        # Check for an error message.
        if "code" in result and "VoiceNotFound" in result["code"]:
            print(f"Voice does not exist: {voice_name}")
            print(f"Error message: {result.get('message', 'Voice not found')}")
            return True  # The operation is considered successful if the voice does not exist because the target is already gone.

        # Check if the deletion was successful.
        if "usage" in result:
            print(f"Voice deleted successfully: {voice_name}")
            print(f"Request ID: {result.get('request_id', 'N/A')}")
            return True
        else:
            print(f"The deletion operation returned an unexpected format: {result}")
            return False
    else:
        print(f"Failed to delete the voice. Status code: {response.status_code}")
        print(f"Response content: {response.text}")
        return False

def main():
    # Example: Delete a voice.
    voice_name = "myvoice"  # Replace with the actual name of the voice that you want to delete.

    print(f"Deleting voice: {voice_name}")
    success = delete_voice(voice_name)

    if success:
        print(f"\nDeletion of voice '{voice_name}' is complete!")
    else:
        print(f"\nFailed to delete voice '{voice_name}'!")

if __name__ == "__main__":
    main()
