import requests
import base64
import os

def create_voice_and_play():
    # API keys differ between Singapore and Beijing regions. Get an API key: https://www.alibabacloud.com/help/zh/model-studio/get-api-key
    # If the environment variable is not set, replace the following line with your Model Studio API key: api_key = "sk-xxx"
    api_key = os.getenv("DASHSCOPE_API_KEY")

    if not api_key:
        print("Error: DASHSCOPE_API_KEY environment variable not found. Please set the API key first.")
        return None, None, None

    # Prepare request data
    headers = {
        "Authorization": f"Bearer {api_key}",
        "Content-Type": "application/json"
    }

    data = {
        "model": "qwen-voice-design",
        "input": {
            "action": "create",
            "target_model": "qwen3-tts-vd-realtime-2026-01-15",
            "voice_prompt": "A composed middle-aged male announcer with a deep, rich and magnetic voice, a steady speaking speed and clear articulation, is suitable for news broadcasting or documentary commentary.",
            "preview_text": "Dear listeners, hello everyone. Welcome to the evening news.",
            "preferred_name": "announcer",
            "language": "en"
        },
        "parameters": {
            "sample_rate": 24000,
            "response_format": "wav"
        }
    }

    # The following is the URL for the Singapore region. If you use a model in the Beijing region, replace the URL with: https://dashscope.aliyuncs.com/api/v1/services/audio/tts/customization
    url = "https://dashscope-intl.aliyuncs.com/api/v1/services/audio/tts/customization"

    try:
        # Send the request
        response = requests.post(
            url,
            headers=headers,
            json=data,
            timeout=60  # Add a timeout setting
        )

        if response.status_code == 200:
            result = response.json()

            # Get the voice name
            voice_name = result["output"]["voice"]
            print(f"Voice name: {voice_name}")

            # Get the preview audio data
            base64_audio = result["output"]["preview_audio"]["data"]

            # Decode the Base64 audio data
            audio_bytes = base64.b64decode(base64_audio)

            # Save the audio file locally
            filename = f"{voice_name}_preview.wav"

            # Write the audio data to a local file
            with open(filename, 'wb') as f:
                f.write(audio_bytes)

            print(f"Audio saved to local file: {filename}")
            print(f"File path: {os.path.abspath(filename)}")

            return voice_name, audio_bytes, filename
        else:
            print(f"Request failed with status code: {response.status_code}")
            print(f"Response content: {response.text}")
            return None, None, None

    except requests.exceptions.RequestException as e:
        print(f"A network request error occurred: {e}")
        return None, None, None
    except KeyError as e:
        print(f"Response data format error, missing required field: {e}")
        print(f"Response content: {response.text if 'response' in locals() else 'No response'}")
        return None, None, None
    except Exception as e:
        print(f"An unknown error occurred: {e}")
        return None, None, None

if __name__ == "__main__":
    print("Starting to create voice...")
    voice_name, audio_data, saved_filename = create_voice_and_play()

    if voice_name:
        print(f"\nSuccessfully created voice '{voice_name}'")
        print(f"Audio file saved as: '{saved_filename}'")
        print(f"File size: {os.path.getsize(saved_filename)} bytes")
    else:
        print("\nVoice creation failed")
